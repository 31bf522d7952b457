import type { Exchange, Response } from "../exchange/index.ts";
import { failureResponse } from "../protocol/index.ts";
import { type Failure, gatewayFailure } from "../rpc/index.ts";
import type { Outcome } from "./outcome.ts";
import { refusalOf } from "./refusal.ts";
import type { Snapshot, Target } from "./snapshot.ts";

/** Serves one exchange by the snapshot that is current when it begins. Never rejects. */
export type Handler = (exchange: Exchange) => Promise<Response>;

/** Told of every exchange once its response is known. */
export type Recorder = (exchange: Exchange, outcome: Outcome) => void;

/** Makes the handler: the one way that every request walks. */
export function createHandler(current: () => Snapshot, record: Recorder): Handler {
  return (exchange) =>
    walk(exchange, current()).then((outcome) => {
      record(exchange, outcome);
      return outcome.response;
    });
}

/** One request, on one screen. */
async function walk(exchange: Exchange, snapshot: Snapshot): Promise<Outcome> {
  try {
    const match = snapshot.routes.match(exchange.method, exchange.path);
    if (match.kind !== "found") return refusalOf(match, exchange, snapshot);
    const target = match.value;
    // Only a request with a body has something to wait for here, and a wait is not free.
    const opened = target.protocol.open(exchange, match.captures);
    const call = opened instanceof Promise ? await opened : opened;
    if (!call.ok) return failed(target, call.error);
    const reply = await target.cluster.call(call.value);
    if (!reply.ok) return failed(target, reply.error);
    const response = target.protocol.close(reply.value, exchange);
    if (!response.ok) return failed(target, response.error);
    return { response: response.value, target, failure: undefined };
  } catch (error) {
    return crashed(error);
  }
}

function failed(target: Target, failure: Failure): Outcome {
  return { response: target.protocol.fail(failure), target, failure };
}

/** A throw is a bug: the operator gets its stack, the client learns that it is not to blame. */
function crashed(error: unknown): Outcome {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const failure = gatewayFailure("INTERNAL", "the gateway failed", { cause });
  return { response: failureResponse(failure), target: undefined, failure };
}
