import { type Clock, randomHex } from "../base/index.ts";
import type { ListenerConfig } from "../config/index.ts";
import { type Exchange, headerValue, type Response } from "../exchange/index.ts";
import { type Outcome, type Recorder, unexpectedMessage } from "../http/index.ts";
import type { RefusedRequest, Service } from "../listener/index.ts";
import { type FailureRules, failureResponse } from "../protocol/index.ts";
import { Code, codeName, type Failure, httpStatusOfFailure } from "../rpc/index.ts";
import type { AccessLog, AccessRecord, ListenerMeters, Logger } from "../telemetry/index.ts";

/** Where requests are recorded. */
export interface RecordSinks {
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of the listener. */
  readonly meters: ListenerMeters;
}

/** Records the exchanges of one listener: in its meters, in the access log, and in the log what must be mended. */
export function createRecorder(listener: ListenerConfig, sinks: RecordSinks): Recorder {
  const { accessLog, logger, clock, meters } = sinks;
  return (exchange, given) => {
    const outcome = exchange.body.isRefused ? { ...given, failure: unexpectedMessage } : given;
    const durationMs = clock.now() - exchange.receivedAt;
    logCause(outcome.failure, exchange.requestId, logger);
    meter(exchange, outcome, durationMs, meters);
    if (listener.accessLog) accessLog.write(recordOf(exchange, outcome, durationMs, clock));
  };
}

/** Answers and records what the listener refused before it became an exchange. */
export function createRefuser(
  listener: ListenerConfig,
  rules: FailureRules,
  sinks: RecordSinks,
): Service["refuse"] {
  const { accessLog, clock, meters } = sinks;
  return (failure, request) => {
    const response = failureResponse(failure, rules);
    meters.unrouted.count(failure.code);
    meters.failed(failure.reason);
    if (listener.accessLog) {
      accessLog.write(refusedRecord(request, failure, response.body.length, clock));
    }
    return response;
  };
}

/** Additions only: every request comes by here. */
function meter(
  exchange: Exchange,
  { target, failure, response }: Outcome,
  durationMs: number,
  meters: ListenerMeters,
): void {
  const route = target?.meter ?? meters.unrouted;
  const code = exchange.cancellation.isCancelled ? Code.CANCELLED : (failure?.code ?? Code.OK);
  if (response.body instanceof Uint8Array) route.record(code, durationMs);
  else route.count(code);
  if (failure?.kind === "gateway") meters.failed(failure.reason);
}

function recordOf(
  exchange: Exchange,
  outcome: Outcome,
  durationMs: number,
  clock: Clock,
): AccessRecord {
  const { response, target, failure, bytesOut } = outcome;
  return {
    time: clock.wallNow() - durationMs,
    requestId: exchange.requestId,
    method: exchange.method,
    path: exchange.path,
    query: undefined,
    route: target?.route,
    rpc: target?.rpc,
    status: statusOf(exchange, response),
    grpcCode: target === undefined ? undefined : codeName(failure?.code ?? 0),
    reason: reasonOf(failure),
    durationMs,
    upstreamMs: undefined,
    bytesIn: exchange.body.declaredBytes ?? exchange.body.receivedBytes,
    bytesOut,
    peer: exchange.client.address,
    protocol: exchange.protocol,
    endpoint: undefined,
    userAgent: headerValue(exchange.headers, "user-agent"),
    attempts: 0,
  };
}

/** What was sent is not what the client got where the exchange was ended before. */
function statusOf({ body, cancellation }: Exchange, response: Response): number {
  if (body.isRefused) return httpStatusOfFailure(unexpectedMessage);
  return cancellation.isCancelled ? 499 : response.status;
}

function refusedRecord(
  request: RefusedRequest,
  failure: Failure,
  bytesOut: number,
  clock: Clock,
): AccessRecord {
  return {
    time: clock.wallNow(),
    requestId: randomHex(16),
    method: request.method,
    path: request.path,
    query: undefined,
    route: undefined,
    rpc: undefined,
    status: httpStatusOfFailure(failure),
    grpcCode: undefined,
    reason: reasonOf(failure),
    durationMs: 0,
    upstreamMs: undefined,
    bytesIn: 0,
    bytesOut,
    peer: request.peer,
    protocol: "HTTP/1.1",
    endpoint: undefined,
    userAgent: undefined,
    attempts: 0,
  };
}

function reasonOf(failure: Failure | undefined): string | undefined {
  return failure?.kind === "gateway" ? failure.reason : undefined;
}

/** What is never sent to a client is told to the operator. */
function logCause(failure: Failure | undefined, requestId: string, logger: Logger): void {
  if (failure?.kind !== "gateway" || failure.cause === undefined) return;
  const fields = { requestId, reason: failure.reason, cause: failure.cause };
  if (failure.reason === "INTERNAL") logger.error("request.crashed", fields);
  else logger.warn("request.failed", fields);
}
