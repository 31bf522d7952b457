import type { Clock } from "../base/index.ts";

/** What writing needs to know beside the answer. */
export interface WriteContext {
  /** Ends the connection after the answer. */
  readonly close: boolean;
  readonly clock: Clock;
  /** How long a client may take nothing, in ms. */
  readonly stallMs: number;
  /** Told of a throw while a body was written: a bug, whose connection was ended. */
  readonly crashed: (error: unknown) => void;
}
