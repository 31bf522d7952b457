// The upstream where Go is not present: answers Echo and EchoDoc of bench.proto with the bytes that it is sent
// (the reply's fields have the request's numbers). Arguments: the port.
import process from "node:process";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";

const server = new Server({ "grpc.max_receive_message_length": 64 * 1024 * 1024 });
const identity = (bytes: Buffer): Buffer => bytes;
const echo = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void =>
  done(null, call.request);
const method = (name: string) => ({
  path: `/bench.v1.BenchService/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});
server.addService(
  { Echo: method("Echo"), EchoDoc: method("EchoDoc") },
  { Echo: echo, EchoDoc: echo },
);
server.bindAsync(`127.0.0.1:${process.argv[2]}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
