import type { Exchange, Response, WholeResponse } from "../exchange/index.ts";
import { type Closed, failureResponse } from "../protocol/index.ts";
import { type Failure, gatewayFailure } from "../rpc/index.ts";
import type { ResponseEncoder } from "./encoding/encode-response.ts";
import { filterCall } from "./filters/filter.ts";
import type { Outcome } from "./outcome.ts";
import { refusalOf } from "./refusal.ts";
import type { Snapshot, Target } from "./snapshot.ts";

/** Serves one exchange by the snapshot that is current when it begins. Never rejects. */
export type Handler = (exchange: Exchange) => Promise<Response>;

/** Told of every exchange once all is known of it: of a stream at its end, of others with their response. */
export type Recorder = (exchange: Exchange, outcome: Outcome) => void;

/** Makes the handler: the one way that every request walks. */
export function createHandler(current: () => Snapshot, record: Recorder): Handler {
  return async (exchange) => {
    const snapshot = current();
    let outcome = await walk(exchange, snapshot, record);
    if (snapshot.encode !== undefined) outcome = await encoded(exchange, outcome, snapshot.encode);
    if (outcome.bytesOut !== streaming) record(exchange, outcome);
    return outcome.response;
  };
}

async function encoded(
  exchange: Exchange,
  outcome: Outcome,
  encode: ResponseEncoder,
): Promise<Outcome> {
  const response = await encode(exchange, outcome.response);
  const { body } = response;
  const bytesOut = body instanceof Uint8Array ? body.length : outcome.bytesOut;
  return { ...outcome, response, bytesOut };
}

/** The size of a body that is still being made. */
const streaming = -1;

/** One request, on one screen. */
async function walk(exchange: Exchange, snapshot: Snapshot, record: Recorder): Promise<Outcome> {
  let target: Target | undefined;
  try {
    const match = snapshot.routes.match(exchange.method, exchange.path);
    if (match.kind !== "found") return refusalOf(match, exchange, snapshot);
    target = match.value;
    // Only a request with a body has something to wait for here, and a wait is not free.
    const opened = target.protocol.open(exchange, match.captures);
    const call = filterCall(target.filters, opened instanceof Promise ? await opened : opened);
    if (!call.ok) return failed(target, call.error);
    const reply = await target.call(call.value);
    if (!reply.ok) return failed(target, reply.error);
    const closed = target.protocol.close(reply.value, exchange);
    if (!closed.ok) return failed(target, closed.error);
    return answered(exchange, target, closed.value, record);
  } catch (error) {
    return crashed(error, target, snapshot);
  }
}

function answered(
  exchange: Exchange,
  target: Target,
  { response, ended }: Closed,
  record: Recorder,
): Outcome {
  const { body } = response;
  if (body instanceof Uint8Array || ended === undefined) {
    const bytesOut = body instanceof Uint8Array ? body.length : 0;
    return { response, target, failure: undefined, bytesOut };
  }
  target.meter.streamOpened();
  void ended.then(({ failure, bytes }) => {
    target.meter.streamClosed();
    record(exchange, { response, target, failure, bytesOut: bytes });
  });
  return { response, target, failure: undefined, bytesOut: streaming };
}

function failed(target: Target, failure: Failure): Outcome {
  return whole(target.protocol.fail(failure), target, failure);
}

/** A throw is a bug: the operator gets its stack, the client learns that it is not to blame. */
function crashed(error: unknown, target: Target | undefined, snapshot: Snapshot): Outcome {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const failure = gatewayFailure("INTERNAL", "the gateway failed", { cause });
  if (target !== undefined) return failed(target, failure);
  return whole(failureResponse(failure, snapshot.refusals.failures), undefined, failure);
}

function whole(response: WholeResponse, target: Target | undefined, failure: Failure): Outcome {
  return { response, target, failure, bytesOut: response.body.length };
}
