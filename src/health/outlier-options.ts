/** Ejection of endpoints whose share of successes is far below that of the others (gRFC A50, "success_rate_ejection"). */
export interface SuccessRateOptions {
  /** How many standard deviations below the mean; 1.9 by default. Low: the slowest of equals is always out. */
  readonly stdevFactor: number;
  /** Endpoints that must have seen enough calls before any is compared. Default 5. */
  readonly minimumHosts: number;
  /** Calls within an interval that are enough. Default 100. */
  readonly requestVolume: number;
}

/** Ejection of endpoints by their share of failures alone (gRFC A50, "failure_percentage_ejection"). */
export interface FailurePercentageOptions {
  /** Share of failures, 0 to 1, at which an endpoint is ejected. Default 0.85. */
  readonly threshold: number;
  /** Endpoints that must have seen enough calls before any is judged. Default 5. */
  readonly minimumHosts: number;
  /** Calls within an interval that are enough. Default 50. */
  readonly requestVolume: number;
}

/** When an endpoint is ejected by what its calls come to, and for how long. */
export interface OutlierOptions {
  /** Failures in a row that eject at once. Default 5; 0 for never. 1: any failure takes an endpoint out. */
  readonly consecutiveErrors: number;
  /** How often shares are judged and the memory of past ejections fades, in ms. Default 10 000. */
  readonly intervalMs: number;
  /** How long the first ejection lasts, in ms; the nth lasts n times as long. Default 30 000. */
  readonly ejectForMs: number;
  /** The longest ejection, in ms. Default 300 000; at least `ejectForMs`. */
  readonly maxEjectForMs: number;
  /** Share of the endpoints, 0 to 1, that may be ejected at once, but always one. Default 0.1. 1: the rest
   * may be left with all the load, or nobody. */
  readonly maxEjected: number;
  /** undefined: not judged. */
  readonly successRate: SuccessRateOptions | undefined;
  /** undefined: not judged. */
  readonly failurePercentage: FailurePercentageOptions | undefined;
}
