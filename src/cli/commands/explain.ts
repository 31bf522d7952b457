import { readFileSync } from "node:fs";
import type { ClusterConfig, EndpointAddress } from "../../config/index.ts";
import {
  explainRequest,
  type PlannedBinding,
  type RequestExplanation,
  type UnroutedAnswer,
} from "../../gateway/index.ts";
import { type Call, httpStatusOfFailure } from "../../rpc/index.ts";
import { compileFile, reportProblems } from "../load.ts";
import { bold, ExitCode, formatTable, type Terminal } from "../terminal.ts";
import { curlCommand, grpcurlCommand } from "./as-command.ts";

/** What `explain` is asked beside method and target. */
export interface ExplainOptions {
  readonly config: string;
  readonly data?: string;
  readonly header: readonly string[];
  readonly listener?: string;
}

/** `diglot explain`: what becomes of a request, and why. */
export async function explain(
  method: string,
  target: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const result = await compileFile(options.config);
  if (!result.ok) {
    reportProblems(result.error, terminal);
    return ExitCode.failed;
  }
  const listener = options.listener ?? result.value.compiled.config.listeners[0]?.name ?? "";
  const wrongHeader = options.header.find((header) => !/^[^:\s]+:/.test(header));
  if (wrongHeader !== undefined) {
    terminal.error(`error: header "${wrongHeader}": expected name: value\n`);
    return ExitCode.usage;
  }
  const data = options.data ?? "";
  const body = readData(data);
  if (body === undefined) {
    terminal.error(`error: ${data.slice(1)} cannot be read\n`);
    return ExitCode.usage;
  }
  const headers = options.header.flatMap(splitHeader);
  const upper = method.toUpperCase();
  const request = { method: upper, target, headers, body };
  const { compiled } = result.value;
  const found = await explainRequest(compiled, listener, request);
  if (found === undefined) {
    terminal.error(`error: no listener is named "${listener}"\n`);
    return ExitCode.usage;
  }
  print(found, terminal);
  const { call, binding } = found;
  if (call !== undefined && binding !== undefined) {
    const { config } = compiled;
    const title = (text: string): string => bold(text, terminal.colourOut);
    const address = config.listeners.find(({ name }) => name === listener)?.address;
    const cluster = config.clusters.find(({ name }) => name === binding.cluster);
    const endpoint = cluster && addressOf(cluster);
    const curl = curlCommand({ method: upper, target, headers, data }, address);
    const grpcurl = grpcurlCommand(
      binding.method,
      metadataOf(call),
      found.messages,
      endpoint,
      cluster?.tls,
    );
    terminal.out(`\n${title("as curl")}\n  ${curl}\n${title("as grpcurl")}\n  ${grpcurl}\n`);
  }
  const isAnswered = call !== undefined || found.answer?.status === 204;
  return isAnswered ? ExitCode.ok : ExitCode.noMatch;
}

/** Where one endpoint is; what a file or a service record says is not looked up. */
function addressOf({ endpoints, discovery }: ClusterConfig): EndpointAddress | undefined {
  const name = discovery.find(({ kind }) => kind === "dns");
  if (endpoints[0] !== undefined || name?.kind !== "dns") return endpoints[0]?.address;
  return { kind: "tcp", host: name.host, port: name.port };
}

/** The body as `-d` gives it: a text, or `@` and a file; undefined where that cannot be read. */
function readData(data: string): Uint8Array | undefined {
  if (!data.startsWith("@")) return Buffer.from(data);
  try {
    return readFileSync(data.slice(1));
  } catch {
    return undefined;
  }
}

function splitHeader(header: string): string[] {
  const colon = header.indexOf(":");
  return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
}

function print(found: RequestExplanation, terminal: Terminal): void {
  const title = (text: string): string => bold(text, terminal.colourOut);
  const { winner } = found.routing;
  if (found.answer !== undefined) printUnrouted(found, found.answer, title, terminal);
  if (winner !== undefined && found.binding !== undefined) {
    terminal.out(`${title("route")}    ${winner.method} ${winner.template.text}\n`);
    terminal.out(`${title("binding")}  ${winner.name}\n`);
    printBinding(found, found.binding, terminal);
  }
  printMessages(found, title, terminal);
  if (found.failure !== undefined) {
    const status = httpStatusOfFailure(found.failure);
    const reason = found.failure.kind === "gateway" ? found.failure.reason : found.failure.code;
    terminal.out(`${title("refused")}  ${status} ${reason}: ${found.failure.message}\n`);
  }
  printNearest(found, title, terminal);
}

function printUnrouted(
  { routing }: RequestExplanation,
  { status, allow }: UnroutedAnswer,
  title: (text: string) => string,
  terminal: Terminal,
): void {
  const { match } = routing;
  if (status === 204) {
    terminal.out(`${title("answered")}  204 by the gateway itself, allow: ${allow ?? ""}\n`);
    return;
  }
  const why =
    match.kind === "methodNotAllowed"
      ? `the path is served with ${match.allow.join(", ")}`
      : match.kind === "refused"
        ? `path: ${match.message}`
        : "no template matches the path";
  terminal.out(`${title("no route")}: ${status}: ${why}\n`);
}

function printMessages(
  { binding, messages, call }: RequestExplanation,
  title: (text: string) => string,
  terminal: Terminal,
): void {
  const kind = binding?.method.methodKind;
  if (kind !== "client_streaming" && kind !== "bidi_streaming") {
    for (const message of messages) terminal.out(`${title("message")}  ${message}\n`);
    return;
  }
  if (call === undefined && messages.length === 0) return;
  terminal.out(`${title("messages")} a stream of ${messages.length}\n`);
  for (const [index, message] of messages.entries()) terminal.out(`[${index}] ${message}\n`);
}

function printBinding(
  found: RequestExplanation,
  binding: PlannedBinding,
  terminal: Terminal,
): void {
  const { rule, method, cluster, settings } = binding;
  const rows = [
    ["rpc", `${method.parent.typeName}/${method.name}`],
    ["cluster", `${cluster}, deadline ${settings.deadlineMs} ms`],
    ["body", rule.body === "" ? "none" : rule.body],
    ...(settings.filters.length === 0 ? [] : [["filters", settings.filters.join(", ")]]),
    ...metadataOf(found.call).map(([name, value]) => ["metadata", `${name}: ${value}`]),
    ...found.captures.map(([name, value]) => [`{${name}}`, JSON.stringify(value)]),
  ];
  terminal.out(formatTable(rows));
}

function printNearest(
  found: RequestExplanation,
  title: (text: string) => string,
  terminal: Terminal,
): void {
  const { nearest, winner } = found.routing;
  if (nearest.length === 0) return;
  terminal.out(
    `\n${title(winner === undefined ? "nearest routes, and why they lost" : "other routes that came near")}\n`,
  );
  for (const { route, reasons } of nearest) {
    terminal.out(`  ${route.method} ${route.template.text}\n`);
    for (const reason of reasons) terminal.out(`      ${reason}\n`);
  }
}

// What the gateway adds to every call by itself; a client's own headers of these names never become metadata.
const addedByGateway = /^(?:x-forwarded-(?:for|proto|host)|x-request-id|traceparent)$/;

/** The metadata that the request's own headers become. */
function metadataOf(call: Call | undefined): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  const metadata = call?.metadata ?? [];
  for (let i = 0; i < metadata.length; i += 2) {
    const name = metadata[i] ?? "";
    if (!addedByGateway.test(name)) pairs.push([name, metadata[i + 1] ?? ""]);
  }
  return pairs;
}
