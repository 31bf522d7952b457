import type { Result } from "../base/index.ts";
import type { Exchange, Response, WholeResponse } from "../exchange/index.ts";
import type { Call, Failure, Reply } from "../rpc/index.ts";

/** How a body that was made while it was sent has ended. */
export interface StreamEnd {
  /** Bytes of the body that were given. */
  readonly bytes: number;
  readonly messages: number;
  /** Why the body is not whole; undefined when it is. */
  readonly failure: Failure | undefined;
}

/** What becomes of a reply. */
export interface Closed {
  readonly response: Response;
  /** Settles once when a body that is made while it is sent ends; undefined for one that is whole. */
  readonly ended: Promise<StreamEnd> | undefined;
}

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
  close(reply: Reply, exchange: Exchange): Result<Closed, Failure>;
  /** Writes a failure, whoever made it. */
  fail(failure: Failure): WholeResponse;
}
