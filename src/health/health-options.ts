/** How often an endpoint is probed, and what it takes to change one's mind of it. */
export interface HealthOptions {
  /** Time from the end of one check to the next, in ms. Default 5000. Too short: the checks are a load of their own. */
  readonly intervalMs: number;
  /** The same while the endpoint is unhealthy, in ms. Default as `intervalMs`. */
  readonly unhealthyIntervalMs: number;
  /** A check without an answer for so long has failed, in ms. Default 1000. Below the endpoint's slowest answer
   * under load, load takes endpoints out. */
  readonly timeoutMs: number;
  /** Up to this share of each wait is added at random, 0 to 1. Default 0.1. 0: gateways that started together
   * probe together. */
  readonly jitter: number;
  /** Failed checks in a row that make it unhealthy. Default 3. */
  readonly unhealthyAfter: number;
  /** Checks in a row that must pass before it is healthy again. Default 2. */
  readonly healthyAfter: number;
  /** What it is before the first check has ended. Default "unhealthy": it gets no call until it has passed one;
   * that one is enough. "healthy": it gets calls at once, and `unhealthyAfter` failures take it out. */
  readonly initial: "healthy" | "unhealthy";
}
