import {
  Code,
  codeOf,
  codeOfHttpStatus,
  decodeGrpcMessage,
  type Failure,
  gatewayFailure,
  type Metadata,
} from "../rpc/index.ts";
import { protocolFailure } from "./failures.ts";
import {
  decodeDetails,
  isGrpcContentType,
  type ReplyFields,
  readPushback,
} from "./reply-fields.ts";

/**
 * What is wrong with the first head of a reply; undefined when it is one of gRPC. An upstream that answers
 * in plain HTTP is judged by its HTTP status, and its body is never passed on (gRPC "HTTP to gRPC Status
 * Code Mapping").
 */
export function replyHeadFailure(head: ReplyFields, endpoint: string): Failure | undefined {
  const isGrpc = isGrpcContentType(head.contentType);
  // The mapping is for replies without a status of their own only.
  if (isGrpc && (head.httpStatus === "200" || head.status !== undefined)) return undefined;
  const contentType = head.contentType ?? "no content type";
  return gatewayFailure(
    "UPSTREAM_NOT_GRPC",
    `the upstream answered HTTP ${Number(head.httpStatus)} without gRPC`,
    {
      code: codeOfHttpStatus(Number(head.httpStatus)),
      cause: `${endpoint}: HTTP ${head.httpStatus ?? "without :status"}, ${contentType.slice(0, 80)}`,
    },
  );
}

/**
 * The failure that a reply's trailers tell of; undefined for status OK. A status that is absent or no number
 * is UNKNOWN, one that is not in the table as well (gRPC "Status codes and their use in gRPC").
 */
export function replyStatusFailure(
  trailers: ReplyFields,
  initial: Metadata,
  endpoint: string,
): Failure | undefined {
  const { status } = trailers;
  if (status === "0") return undefined;
  if (status === undefined) {
    const cause = `${endpoint}: no grpc-status in the trailers`;
    return protocolFailure("the upstream's reply has no gRPC status", cause, Code.UNKNOWN);
  }
  if (!/^[0-9]{1,10}$/.test(status)) {
    const cause = `${endpoint}: grpc-status ${JSON.stringify(status.slice(0, 40))}`;
    return protocolFailure("the upstream's gRPC status is not a number", cause, Code.UNKNOWN);
  }
  if (Number(status) === 0) return undefined;
  const pushbackMs = readPushback(trailers.pushback);
  return {
    kind: "upstream",
    code: codeOf(Number(status)),
    message: decodeGrpcMessage(trailers.message ?? ""),
    details: decodeDetails(trailers.details),
    headers: initial,
    trailers: trailers.metadata,
    ...(pushbackMs === undefined ? {} : { pushbackMs }),
  };
}
