// The codec as a testee of the official protobuf conformance runner (see README.md).
// Speaks the runner's protocol on stdin and stdout: a length of four bytes, then a ConformanceRequest or -Response.
import { Buffer } from "node:buffer";
import process from "node:process";
import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { loadSchema } from "../../src/descriptor/index.ts";
import {
  createJsonReaders,
  createJsonWriters,
  defaultJsonWriteOptions,
  formatJsonProblem,
  JsonSink,
  WireWriter,
} from "../../src/protojson/index.ts";

const [, , folder = "."] = process.argv;
const loaded = await loadSchema([{ kind: "protos", path: folder }]);
if (!loaded.ok) throw new Error(loaded.error.map((problem) => problem.message).join("\n"));
const { registry } = loaded.value;
const strict = createJsonReaders(registry);
const lenient = createJsonReaders(registry, { ignoreUnknownFields: true });
const writers = createJsonWriters(registry, defaultJsonWriteOptions);
const requestType = messageType("conformance.ConformanceRequest");
const responseType = messageType("conformance.ConformanceResponse");

// Values of conformance.WireFormat and conformance.TestCategory.
const protobufFormat = 1;
const jsonFormat = 2;
const ignoreUnknownCategory = 3;

interface Payload {
  readonly case: string | undefined;
  readonly value: unknown;
}
interface Request extends Message {
  readonly payload: Payload;
  readonly requestedOutputFormat: number;
  readonly messageType: string;
  readonly testCategory: number;
}
interface Result {
  readonly case: string;
  readonly value: string | Uint8Array;
}

function messageType(name: string): DescMessage {
  const desc = registry.getMessage(name);
  if (desc === undefined) throw new Error(`no ${name}`);
  return desc;
}

function run(request: Request): Result {
  const { payload, requestedOutputFormat: wanted } = request;
  const isKnown = payload.case === "protobufPayload" || payload.case === "jsonPayload";
  if (!isKnown || (wanted !== protobufFormat && wanted !== jsonFormat)) {
    return { case: "skipped", value: "neither JSON nor protobuf" };
  }
  const desc = messageType(request.messageType);
  const wire = payload.case === "jsonPayload" ? readJson(request, desc) : readWire(request, desc);
  if (!(wire instanceof Uint8Array)) return wire;
  if (wanted === protobufFormat) return { case: "protobufPayload", value: wire };
  const sink = new JsonSink();
  const problem = writers.message(desc).write(wire, 0, wire.length, sink);
  if (problem !== undefined) {
    return { case: "serializeError", value: `${problem.path}: ${problem.message}` };
  }
  return { case: "jsonPayload", value: Buffer.from(sink.bytes()).toString() };
}

function readJson(request: Request, desc: DescMessage): Uint8Array | Result {
  const readers = request.testCategory === ignoreUnknownCategory ? lenient : strict;
  const out = new WireWriter();
  const json = Buffer.from(String(request.payload.value));
  const problem = readers.message(desc).read(json, out);
  return problem === undefined
    ? out.finish()
    : { case: "parseError", value: formatJsonProblem(problem) };
}

/** The gateway relays protobuf as it is; what a parser would refuse is looked for when JSON is written from it. */
function readWire(request: Request, desc: DescMessage): Uint8Array | Result {
  const wire = request.payload.value as Uint8Array;
  if (request.requestedOutputFormat === protobufFormat) {
    return { case: "skipped", value: "protobuf to protobuf is not decoded" };
  }
  try {
    fromBinary(desc, wire);
  } catch (error) {
    return { case: "parseError", value: String(error) };
  }
  return wire;
}

function respond(body: Uint8Array): void {
  const request = fromBinary(requestType, body) as Request;
  let result: Result;
  try {
    result = run(request);
  } catch (error) {
    result = { case: "runtimeError", value: error instanceof Error ? (error.stack ?? "") : "" };
  }
  const response = create(responseType, { result } as Record<string, unknown>);
  const bytes = toBinary(responseType, response);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(bytes.length, 0);
  process.stdout.write(Buffer.concat([prefix, bytes]));
}

let unread = Buffer.alloc(0);
for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
  unread = Buffer.concat([unread, chunk]);
  while (unread.length >= 4 && unread.length >= 4 + unread.readUInt32LE(0)) {
    const size = unread.readUInt32LE(0);
    respond(unread.subarray(4, 4 + size));
    unread = unread.subarray(4 + size);
  }
}
