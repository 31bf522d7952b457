import type { Result } from "../base/index.ts";
import type { Exchange, Response } from "../exchange/index.ts";
import { failureResponse } from "../protocol/index.ts";
import type { FoundRoute } from "../route/index.ts";
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
  return async (exchange) => {
    let outcome: Outcome;
    try {
      outcome = await walk(exchange, current());
    } catch (error) {
      outcome = crashed(error);
    }
    record(exchange, outcome);
    return outcome.response;
  };
}

/** One request, on one screen. */
async function walk(exchange: Exchange, snapshot: Snapshot): Promise<Outcome> {
  const match = snapshot.routes.match(exchange.method, exchange.path);
  if (match.kind !== "found") return refusalOf(match, exchange, snapshot);
  const target = match.value;
  const reply = await forward(exchange, target, match.captures);
  if (!reply.ok) {
    return { response: target.protocol.fail(reply.error), target, failure: reply.error };
  }
  return { response: reply.value, target, failure: undefined };
}

async function forward(
  exchange: Exchange,
  target: Target,
  captures: FoundRoute<Target>["captures"],
): Promise<Result<Response, Failure>> {
  const call = await target.protocol.open(exchange, captures);
  if (!call.ok) return call;
  const reply = await target.cluster.call(call.value);
  if (!reply.ok) return reply;
  return target.protocol.close(reply.value, exchange);
}

function crashed(error: unknown): Outcome {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const failure = gatewayFailure("INTERNAL", "the gateway failed", { cause });
  return { response: failureResponse(failure), target: undefined, failure };
}
