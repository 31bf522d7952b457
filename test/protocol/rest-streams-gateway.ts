import { makeFolder } from "../descriptor/proto-folder.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { openClient, type StreamClient } from "./rest-streams-client.ts";
import {
  type StreamUpstream,
  startStreamUpstream,
  type UpstreamCall,
} from "./rest-streams-upstream.ts";

/** A service with a method of each shape of stream. */
const proto = `
syntax = "proto3";
package t;
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
message Item { string id = 1; string text = 2; int32 number = 3; google.api.HttpBody raw = 4; }
service S {
  rpc Watch(Item) returns (stream Item) { option (google.api.http) = { get: "/watch/{id}" }; }
  rpc Search(Item) returns (stream Item) { option (google.api.http) = { post: "/search" body: "*" }; }
  rpc Collect(stream Item) returns (Item) {
    option (google.api.http) = { post: "/collect" body: "*" additional_bindings { post: "/collect/{id}" body: "*" } };
  }
  rpc Chat(stream Item) returns (stream Item) { option (google.api.http) = { post: "/chat" body: "*" }; }
  rpc Download(Item) returns (stream google.api.HttpBody) { option (google.api.http) = { get: "/download" }; }
  rpc Upload(stream google.api.HttpBody) returns (Item) { option (google.api.http) = { post: "/upload" body: "*" }; }
  rpc Attach(stream Item) returns (Item) { option (google.api.http) = { post: "/attach/{id}" body: "raw" }; }
}
`;

/** A gateway before an upstream whose every step is the test's. */
export interface StreamGateway extends TestGateway {
  readonly upstream: StreamUpstream;
  /** Opens a connection and sends a request head; a body follows in chunks. */
  open(requestLine: string, ...headers: readonly string[]): StreamClient;
  /** Opens a connection with a request and takes its call at the upstream. */
  call(requestLine: string, ...headers: readonly string[]): Promise<OpenCall>;
}

/** Both ends of one call. */
export interface OpenCall {
  readonly client: StreamClient;
  readonly call: UpstreamCall;
}

/** Starts both; `streams` is the YAML map of that name at the route. */
export async function startStreamGateway(
  options: TestGatewayOptions & { readonly streams?: string } = {},
): Promise<StreamGateway> {
  const { streams, ...rest } = options;
  const upstream = await startStreamUpstream();
  const route = streams === undefined ? "" : `, streams: ${streams}`;
  const gateway = await startTestGateway({
    upstreamPort: upstream.port,
    protos: await makeFolder({ "t.proto": proto }),
    routes: `- { service: t.S, cluster: library${route} }`,
    ...rest,
  });
  const clients: StreamClient[] = [];
  const open = (requestLine: string, ...headers: readonly string[]): StreamClient => {
    const head = [requestLine, "Host: a", ...headers, "", ""].join("\r\n");
    const client = openClient(gateway.port, head);
    clients.push(client);
    return client;
  };
  return {
    ...gateway,
    upstream,
    open,
    async call(requestLine, ...headers) {
      const client = open(requestLine, ...headers);
      return { client, call: await upstream.nextCall() };
    },
    async stop() {
      // What a failed test leaves open must not keep the others waiting.
      for (const client of clients) client.destroy();
      await gateway.stop();
      await upstream.stop();
    },
  };
}

/** Opens a client stream in chunks. */
export function collect(
  gateway: StreamGateway,
  contentType: string,
  target = "/collect",
  ...more: readonly string[]
): Promise<OpenCall> {
  const headers = [`Content-Type: ${contentType}`, "Transfer-Encoding: chunked", ...more];
  return gateway.call(`POST ${target} HTTP/1.1`, ...headers);
}

/** Runs `use` with a gateway of its own. */
export async function withStreamGateway(
  options: Parameters<typeof startStreamGateway>[0],
  use: (gateway: StreamGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startStreamGateway(options);
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

/** A field of bytes or text on the wire. */
export function field(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const head = [number * 8 + 2];
  let left = bytes.length;
  for (; left >= 128; left = Math.floor(left / 128)) head.push((left % 128) + 128);
  return Buffer.concat([Buffer.from([...head, left]), bytes]);
}

/** `{"text": …}` on the wire. */
export function text(value: string): Buffer {
  return field(2, value);
}

/** A google.api.HttpBody on the wire. */
export function httpBody(contentType: string, data: string | Uint8Array): Buffer {
  const type = contentType === "" ? Buffer.alloc(0) : field(1, contentType);
  return Buffer.concat([type, field(2, data)]);
}

/** Waits until as many access records are written. */
export async function recordsOf(
  gateway: TestGateway,
  count: number,
): Promise<TestGateway["records"]> {
  while (gateway.records.length < count) await new Promise((resolve) => setImmediate(resolve));
  return gateway.records;
}

/** A stream that does not come to its end must not hang the tests. */
export const patience = { timeout: 10_000 };
