import type { Cancellation } from "../base/index.ts";
import { type Connection, ErrorCode, type HeaderList, type Stream } from "../h2/index.ts";
import { Code, codeName } from "../rpc/index.ts";
import {
  decodeServingStatus,
  HealthMessages,
  healthRequest,
  type ServingStatus,
} from "./grpc-message.ts";
import { type Check, failed, type ProbeResult, passed, type Watch } from "./probe.ts";

/** What gRPC probes ask, and over what. */
export interface GrpcProbeOptions {
  /** The service asked for; empty for the server as a whole. At most 127 bytes. */
  readonly service: string;
  readonly authority: string;
  readonly userAgent: string;
  /** "http", or "https" where the connection is encrypted. */
  readonly scheme: "http" | "https";
  /** A connection that takes a stream now; undefined when there is none, which fails the check. */
  connection(): Pick<Connection, "openStream"> | undefined;
}

/** `grpc.health.v1.Health/Check`. A server that has no such service counts as healthy, with a note: it has
 * answered, and to be without the service is no illness. */
export function grpcCheck(options: GrpcProbeOptions): Check {
  return async (cancellation) => {
    let last: ProbeResult | undefined;
    const end = await ask("Check", options, cancellation, (result) => {
      last = result;
    });
    if (end.kind === "unsupported") return { kind: "pass", note: noHealthService };
    return end.kind === "pass" ? (last ?? failed("no message in the reply")) : end;
  };
}

/** `grpc.health.v1.Health/Watch`; "unsupported" where the server does not have it (gRFC A17). */
export function grpcWatch(options: GrpcProbeOptions): Watch {
  return async (onReport, cancellation) => {
    const end = await ask("Watch", options, cancellation, onReport);
    return end.kind === "pass" ? failed("the endpoint ended the watch") : end;
  };
}

const noHealthService =
  "the endpoint has no grpc.health.v1.Health: it counts as healthy while it answers";

/** Sends one request and reports each answer; gives what the end of the stream says: "pass" for status OK. */
function ask(
  method: "Check" | "Watch",
  options: GrpcProbeOptions,
  cancellation: Cancellation,
  onAnswer: (result: ProbeResult) => void,
): Promise<ProbeResult> {
  return new Promise((settle) => {
    const messages = new HealthMessages();
    let end: ProbeResult | undefined;
    const finish = (result: ProbeResult) => {
      end ??= result;
      // Settles once; what comes later changes nothing.
      settle(end);
    };
    const refuse = (reason: string) => {
      finish(failed(reason));
      stream?.reset(ErrorCode.CANCEL);
    };
    // Set before the first event in practice; a connection that breaks within `openStream` must not throw here.
    let stream: Stream | undefined;
    stream = options.connection()?.openStream(
      requestHead(method, options),
      {
        onHeaders(headers, endStream) {
          if (endStream) finish(resultOfStatus(headers));
          else if (fieldOf(headers, ":status") !== "200") {
            refuse(`HTTP ${fieldOf(headers, ":status") ?? "without :status"}`);
          }
        },
        onData(chunk) {
          stream?.consumed(chunk.length);
          const received = end === undefined ? messages.push(chunk) : [];
          if (received === undefined) refuse("the reply is no health response");
          for (const message of received ?? []) {
            const status = decodeServingStatus(message);
            if (status === undefined) refuse("the reply is no health response");
            else if (end === undefined) onAnswer(resultOf(status));
          }
        },
        onTrailers: (headers) => finish(resultOfStatus(headers)),
        onWritable: () => undefined,
        onEnd: (ended) =>
          finish(
            failed(ended.kind === "reset" ? ended.message : "the reply ended without a status"),
          ),
      },
      false,
    );
    if (stream === undefined) {
      finish(failed("no connection to ask over"));
      return;
    }
    stream.write(healthRequest(options.service), true);
    cancellation.onCancel(() => refuse("called off"));
  });
}

function requestHead(method: string, options: GrpcProbeOptions): HeaderList {
  return [
    ":method",
    "POST",
    ":scheme",
    options.scheme,
    ":path",
    `/grpc.health.v1.Health/${method}`,
    ":authority",
    options.authority,
    "te",
    "trailers",
    "content-type",
    "application/grpc",
    "user-agent",
    options.userAgent,
  ];
}

function resultOf(status: ServingStatus): ProbeResult {
  if (status === "SERVING") return passed;
  return { kind: "fail", reason: `the endpoint says ${status}`, said: true };
}

/** NOT_FOUND is what Check answers for a service that the server does not know (health.proto). */
function resultOfStatus(headers: HeaderList): ProbeResult {
  const status = fieldOf(headers, "grpc-status");
  if (status === "0") return passed;
  if (status === undefined) {
    return failed(`HTTP ${fieldOf(headers, ":status") ?? "without :status"} without grpc-status`);
  }
  if (status === String(Code.UNIMPLEMENTED)) return { kind: "unsupported" };
  const name = /^[0-9]{1,2}$/.test(status) ? codeName(Number(status)) : "no gRPC status";
  return failed(`the endpoint answered ${name}`);
}

function fieldOf(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) return headers[i + 1];
  }
  return undefined;
}
