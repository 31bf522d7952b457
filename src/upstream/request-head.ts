import type { HeaderList } from "../h2/index.ts";
import { type Call, formatGrpcTimeout, metadataValue } from "../rpc/index.ts";
import { needsEncoding, type RequestEncoding } from "./compress.ts";
import { acceptedEncodings } from "./decompress.ts";

/** What a cluster says in every head. */
export interface HeadRules {
  readonly userAgent: string;
  readonly scheme: "http" | "https";
  /** How messages are compressed, where they are. */
  readonly encoding: RequestEncoding | undefined;
}

/** The head of a call that was sent `attempts` times before, in the order the specification gives (gRPC over HTTP/2,
 * "Requests"; gRFC A6, "Exposed Retry Metadata"). */
export function requestHead(
  call: Call,
  authority: string,
  { userAgent, scheme, encoding }: HeadRules,
  now: number,
  attempts = 0,
): HeaderList {
  const head = [
    ":method",
    "POST",
    ":scheme",
    scheme,
    ":path",
    call.method.path,
    ":authority",
    authority,
    "te",
    "trailers",
    "content-type",
    "application/grpc",
    "user-agent",
    metadataValue(call.metadata, "user-agent") ?? userAgent,
    "grpc-accept-encoding",
    acceptedEncodings,
  ];
  if (call.deadline !== Number.POSITIVE_INFINITY) {
    head.push("grpc-timeout", formatGrpcTimeout(call.deadline - now));
  }
  if (encoding !== undefined && needsEncoding(call)) head.push("grpc-encoding", encoding);
  if (attempts > 0) head.push("grpc-previous-rpc-attempts", String(attempts));
  const { metadata } = call;
  for (let i = 0; i < metadata.length; i += 2) {
    const name = metadata[i] ?? "";
    // The client's own stands in the place of ours: the service sees who asks, and sees it once.
    if (name !== "user-agent") head.push(name, metadata[i + 1] ?? "");
  }
  return head;
}
