/** Retries that a cluster may make before it has carried calls. */
const reserve = 10;
/** Most retries that can be saved up. */
const most = 100;

/**
 * Bounds retries to a share of the calls, so that a sick upstream gets little more than it was offered (gRFC A6,
 * "Throttling Retry Attempts", with a share in the place of failures: the bound holds whatever the failures are).
 */
export class RetryBudget {
  readonly #share: number;
  #tokens = reserve;

  /** `share` is how many retries a call pays for: 0.2 allows one retry for five calls. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Retries that could be made now, in whole. */
  get left(): number {
    return Math.floor(this.#tokens);
  }

  /** A call has come. */
  deposit(): void {
    if (this.#tokens < most) this.#tokens += this.#share;
  }

  /** Takes one retry; false when there is none left. */
  withdraw(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
