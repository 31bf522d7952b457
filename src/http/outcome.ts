import type { Response } from "../exchange/index.ts";
import type { Failure } from "../rpc/index.ts";
import type { Target } from "./snapshot.ts";

/** What became of an exchange, for those who record it. */
export interface Outcome {
  readonly response: Response;
  /** What the request was routed to; undefined when no route took it. */
  readonly target: Target | undefined;
  readonly failure: Failure | undefined;
  /** Bytes of the response's body; as many as were made of one that streamed. */
  readonly bytesOut: number;
}
