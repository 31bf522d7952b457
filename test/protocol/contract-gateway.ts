import assert from "node:assert/strict";
import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { type Answer, reasonOf, type SendOptions, send } from "../support/http-client.ts";
import { type ContractUpstream, startContractUpstream } from "./contract-upstream.ts";
import { openClient, type StreamedAnswer } from "./rest-streams-client.ts";

/** A gateway before an upstream that gives every message back. */
export interface ContractGateway extends TestGateway {
  readonly upstream: ContractUpstream;
  /** Sends one request. */
  ask(method: string, target: string, options?: SendOptions): Promise<Answer>;
  /** Sends a GET for a stream in a format, and gives what has come when the connection ends. */
  stream(target: string, accept: string): Promise<StreamedAnswer>;
}

/** A gateway whose service `t.S` has a method `M0`, `M1`, … for each HTTP rule. */
export interface ContractOptions extends TestGatewayOptions {
  /** Insides of the google.api.http options; an empty one is a method without, "stream …" is of a server stream. */
  readonly rules?: readonly string[];
  /** In place of the generated file. */
  readonly proto?: string;
}

const file = `
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Kind { KIND_UNSPECIFIED = 0; SMALL = 1; LARGE = 2; }
message Node { string id = 1; int32 weight = 2; Node next = 3; }
message Thing {
  string id = 1;
  string other = 2;
  int32 count = 3;
  int64 big = 4;
  bool flag = 5;
  bytes data = 6;
  Kind kind = 7;
  Node node = 8;
  repeated string words = 9;
  repeated Node nodes = 10;
  map<string, string> labels = 11;
  map<string, Node> children = 12;
  google.protobuf.Timestamp at = 13;
  google.protobuf.Duration span = 14;
  google.protobuf.FieldMask mask = 15;
  google.protobuf.Int32Value boxed = 16;
  oneof choice { string left = 17; string right = 18; Node middle = 19; }
  google.api.HttpBody raw = 20;
  google.protobuf.Struct struct = 21;
  google.protobuf.Value value = 22;
  string long_name = 23;
  double ratio = 24;
  repeated int32 numbers = 25;
  repeated Kind kinds = 26;
  uint64 huge = 27;
  optional int32 maybe = 28;
  google.protobuf.ListValue list = 29;
}
`;

/** The .proto text of a service with the given HTTP rules. */
export function serviceText(rules: readonly string[]): string {
  const methods = rules.map((given, index) => {
    const [rule, output] = given.startsWith("stream ")
      ? [given.slice(7), "stream Thing"]
      : [given, "Thing"];
    const option = rule === "" ? ";" : ` { option (google.api.http) = { ${rule} }; }`;
    return `  rpc M${index}(Thing) returns (${output})${option}`;
  });
  return [file, "service S {", ...methods, "}"].join("\n");
}

/** The route that serves all of it. */
export const routeOfService = "- { service: t.S, cluster: library }";

/** Starts the upstream and a gateway before it; both stop together. */
export async function startContract(options: ContractOptions): Promise<ContractGateway> {
  const { rules = [], proto = serviceText(rules), ...rest } = options;
  const upstream = await startContractUpstream();
  const gateway = await startTestGateway({
    upstreamPort: upstream.port,
    protos: await makeFolder({ "t.proto": proto }),
    routes: routeOfService,
    ...rest,
  }).catch(async (error: unknown) => {
    await upstream.stop();
    throw error;
  });
  return {
    ...gateway,
    upstream,
    ask: (method, target, sent) => send(gateway.port, method, target, sent),
    stream(target, accept) {
      const head = `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: ${accept}\r\n\r\n`;
      return openClient(gateway.port, head).ended();
    },
    async stop() {
      await gateway.stop();
      await upstream.stop();
    },
  };
}

/** Runs `use` with a gateway of its own. */
export async function withContract(
  options: ContractOptions,
  use: (gateway: ContractGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startContract(options);
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

/** A request and what becomes of it. */
export interface Ask {
  readonly method?: string;
  readonly target: string;
  readonly request?: SendOptions;
  /** The method that was called, by its number, and the message that it got as JSON. */
  readonly calls?: number;
  readonly json?: unknown;
  /** The status; 200 by default. */
  readonly status?: number;
  /** The reason of the gateway's own error. */
  readonly reason?: string;
  /** A part of the error's message. */
  readonly says?: RegExp;
}

/** Sends a request and checks all that `want` says; what is refused must not have reached the upstream. */
export async function expectAsk(gateway: ContractGateway, want: Ask): Promise<Answer> {
  const before = gateway.upstream.calls.length;
  const answer = await gateway.ask(want.method ?? "GET", want.target, want.request);
  const about = `${want.target}: ${answer.text.slice(0, 500)}`;
  assert.equal(answer.status, want.status ?? 200, about);
  if (want.json !== undefined) assert.deepEqual(answer.json, want.json, about);
  if (want.reason !== undefined) {
    assert.equal(reasonOf(answer), want.reason, about);
    assert.equal(gateway.upstream.calls.length, before, "it went upstream");
  }
  if (want.says !== undefined) assert.match(answer.text, want.says);
  if (want.calls !== undefined) {
    assert.equal(gateway.upstream.calls.length, before + 1, about);
    assert.equal(gateway.upstream.calls.at(-1)?.head[":path"], `/t.S/M${want.calls}`, about);
  }
  return answer;
}
