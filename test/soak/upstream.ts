// The upstream of big-bodies.ts, in a process of its own. Arguments: the port.
import process from "node:process";
import { create, type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { loadSchema } from "../../src/descriptor/index.ts";
import { blockAt, Summing, standstillMs } from "./blocks.ts";

type Dynamic = Message & Readonly<Record<string, unknown>>;

const path = new URL("protos", import.meta.url).pathname;
const schema = await loadSchema([{ kind: "protos", path }]);
if (!schema.ok) throw new Error(JSON.stringify(schema.error));
const service = schema.value.services.get("soak.v1.SoakService");
if (service === undefined) throw new Error("soak.proto has no SoakService");

function definitionOf(method: DescMethod): MethodDefinition<Dynamic, object> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === "client_streaming",
    responseStream: method.methodKind === "server_streaming",
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes) as Dynamic,
    responseSerialize: (message) =>
      Buffer.from(toBinary(method.output, create(method.output, message as never))),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

function download(call: ServerWritableStream<Dynamic, object>): void {
  const blocks = Number(call.request["blocks"]);
  let index = 0;
  const pump = (): void => {
    while (index < blocks) {
      const contentType = index === 0 ? "application/octet-stream" : "";
      if (!call.write({ contentType, data: blockAt(index++) })) return;
    }
    call.off("drain", pump).end();
  };
  call.on("drain", pump);
  pump();
}

function upload(call: ServerReadableStream<Dynamic, object>, done: sendUnaryData<object>): void {
  const summing = new Summing();
  call.once("data", () => {
    call.pause();
    setTimeout(() => call.resume(), standstillMs);
  });
  call.on("data", (message: Dynamic) => summing.add(message["data"] as Uint8Array));
  call.on("end", () => {
    const { bytes, sha256 } = summing.sum();
    done(null, { bytes: BigInt(bytes), sha256 });
  });
}

const server = new Server();
server.addService(
  Object.fromEntries(service.methods.map((method) => [method.name, definitionOf(method)])),
  { Download: download, Upload: upload },
);
server.bindAsync(
  `127.0.0.1:${process.argv[2] ?? ""}`,
  ServerCredentials.createInsecure(),
  (error) => {
    if (error !== null) throw error;
  },
);
