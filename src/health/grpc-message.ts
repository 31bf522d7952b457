import { Buffer } from "node:buffer";
import { type Envelope, envelopePrefixBytes, sealEnvelope } from "../rpc/index.ts";

// grpc.health.v1 (health.proto): HealthCheckRequest { string service = 1 }, HealthCheckResponse { enum status = 1 }.
const serviceTag = 0x0a;
const statusField = 1;

/** The longest service name that fits the one-byte length of a request. */
const mostServiceBytes = 127;

/** Names of ServingStatus by number. */
const statusNames = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

/** What an endpoint says of a service; a number that is not in health.proto is UNKNOWN. */
export type ServingStatus = (typeof statusNames)[number];

/** A HealthCheckRequest in its envelope; the empty service is the server as a whole. Names above 127 bytes are cut. */
export function healthRequest(service: string): Envelope {
  const name = Buffer.from(service).subarray(0, mostServiceBytes);
  const field = name.length === 0 ? [] : [serviceTag, name.length, ...name];
  return sealEnvelope(Uint8Array.from([0, 0, 0, 0, 0, ...field]));
}

/** The status in a HealthCheckResponse, without its prefix; undefined when the bytes are no message. The last
 * one counts, unknown fields are passed over (protobuf encoding, "Last One Wins"). */
export function decodeServingStatus(message: Uint8Array): ServingStatus | undefined {
  let status = 0;
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined || tag.value >>> 3 === 0) return undefined;
    const value = (tag.value & 7) === 0 ? readVarint(message, tag.end) : undefined;
    if (tag.value >>> 3 === statusField && value !== undefined) status = value.value;
    const end = value?.end ?? skip(message, tag.value & 7, tag.end);
    if (end === undefined || end > message.length) return undefined;
    at = end;
  }
  return statusNames[status] ?? "UNKNOWN";
}

/** Where a field without use ends; groups and varints that are cut off are refused. */
function skip(message: Uint8Array, wireType: number, at: number): number | undefined {
  if (wireType === 1) return at + 8;
  if (wireType === 5) return at + 4;
  const length = wireType === 2 ? readVarint(message, at) : undefined;
  return length && length.end + length.value;
}

/** A varint as a number; its upper half is of no use here, but must end. */
function readVarint(
  message: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = message[start + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  return undefined;
}

/** A response is a few bytes; what is longer is none. */
const mostResponseBytes = 1024;

/** Cuts the DATA of a health stream into messages, holding no more than one of them. */
export class HealthMessages {
  #bytes: Uint8Array = new Uint8Array(0);

  /** The messages that `chunk` completes; undefined when what comes is no health response. */
  push(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    const messages: Uint8Array[] = [];
    let rest = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (rest.length >= envelopePrefixBytes) {
      const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
      const length = view.getUint32(1);
      if (view.getUint8(0) !== 0 || length > mostResponseBytes) return undefined;
      if (rest.length < envelopePrefixBytes + length) break;
      messages.push(rest.subarray(envelopePrefixBytes, envelopePrefixBytes + length));
      rest = rest.subarray(envelopePrefixBytes + length);
    }
    this.#bytes = rest.slice();
    return messages;
  }
}
