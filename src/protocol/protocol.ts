import type { Result } from "../base/index.ts";
import type { Exchange, Response } from "../exchange/index.ts";
import type { Call, Failure, Reply } from "../rpc/index.ts";

/**
 * How one route speaks with its clients. Made on load, so that a request only passes through it:
 * exchange → `open` → call … reply → `close` → response.
 */
export interface Protocol {
  /** Reads the request; `captures` are the path's values in the order of the template's variables. */
  open(
    exchange: Exchange,
    captures: readonly string[],
  ): Result<Call, Failure> | Promise<Result<Call, Failure>>;
  /** Writes what the upstream replied. */
  close(reply: Reply, exchange: Exchange): Result<Response, Failure>;
  /** Writes a failure, whoever made it. */
  fail(failure: Failure): Response;
}
