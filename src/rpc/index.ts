// The vocabulary of an RPC as data: codes, reasons, failures, metadata, deadlines, calls and replies.
// It knows no transport, no JSON and no configuration.
export {
  type Call,
  type CallSender,
  type Envelope,
  envelopePrefixBytes,
  type MessageStream,
  type Messages,
  type Reply,
  type RpcMethod,
  sealEnvelope,
} from "./call.ts";
export { Code, codeName, codeOf, codeOfHttpStatus, codeOfName, httpStatusOfCode } from "./code.ts";
export {
  type Failure,
  type FailureExtras,
  type FieldViolation,
  type GatewayFailure,
  gatewayFailure,
  httpStatusOfFailure,
  type UpstreamFailure,
} from "./failure.ts";
export { decodeGrpcMessage } from "./grpc-message.ts";
export { emptyMetadata, type Metadata, metadataCount, metadataValue } from "./metadata.ts";
export { type Reason, type ReasonFacts, reasons } from "./reason.ts";
export { formatGrpcTimeout, parseGrpcTimeoutMs } from "./timeout.ts";
