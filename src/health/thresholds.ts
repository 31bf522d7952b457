import type { HealthOptions } from "./health-options.ts";

type Verdict =
  /** Not one check has ended. */
  | { readonly kind: "unknown" }
  /** `failures` in a row, fewer than it takes. */
  | { readonly kind: "healthy"; readonly failures: number }
  /** `passes` in a row, fewer than it takes. */
  | { readonly kind: "unhealthy"; readonly passes: number };

/** Checks in a row against thresholds: at most one change for as many checks as the threshold asks for. */
export class Thresholds {
  readonly #options: HealthOptions;
  #verdict: Verdict = { kind: "unknown" };

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get isHealthy(): boolean {
    const { kind } = this.#verdict;
    return kind === "healthy" || (kind === "unknown" && this.#options.initial === "healthy");
  }

  /** Whether an endpoint that counts as unhealthy so far may be healthy after one more pass. */
  pass(): void {
    const verdict = this.#verdict;
    // The first answer of an endpoint that nobody has asked yet is all there is to know of it.
    const passes = verdict.kind === "unhealthy" ? verdict.passes + 1 : this.#options.healthyAfter;
    this.#verdict =
      passes >= this.#options.healthyAfter
        ? { kind: "healthy", failures: 0 }
        : { kind: "unhealthy", passes };
  }

  /** `isCertain`: no further failures are asked for. */
  fail(isCertain: boolean): void {
    const failures = this.#failures() + 1;
    this.#verdict =
      isCertain || !this.isHealthy || failures >= this.#options.unhealthyAfter
        ? this.#unhealthy()
        : { kind: "healthy", failures };
  }

  #failures(): number {
    return this.#verdict.kind === "healthy" ? this.#verdict.failures : 0;
  }

  /** An endpoint that has never passed stays at the start, where one pass is enough. */
  #unhealthy(): Verdict {
    const isNew = this.#verdict.kind === "unknown" && this.#options.initial === "unhealthy";
    return isNew ? this.#verdict : { kind: "unhealthy", passes: 0 };
  }
}
