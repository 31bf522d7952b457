/**
 * Tells the work of one request that nobody waits for it any more. The same idea as AbortSignal at a
 * tenth of its cost, because one is made for every request and most are never used.
 */
export interface Cancellation {
  readonly isCancelled: boolean;
  /** Calls `listener` once when cancelled, at once if that has happened. The last listener set counts: a
   * request has one owner at a time. `undefined` lets go. */
  onCancel(listener: (() => void) | undefined): void;
}

/** The side that cancels. */
export class CancellationSource implements Cancellation {
  #cancelled = false;
  #listener: (() => void) | undefined = undefined;

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  onCancel(listener: (() => void) | undefined): void {
    if (this.#cancelled) listener?.();
    else this.#listener = listener;
  }

  /** Cancels; later calls do nothing. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.();
  }
}

/** For work that nobody can call off. */
export const neverCancelled: Cancellation = { isCancelled: false, onCancel: () => undefined };
