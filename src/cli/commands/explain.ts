import { readFileSync } from "node:fs";
import {
  explainRequest,
  type PlannedBinding,
  type RequestExplanation,
} from "../../gateway/index.ts";
import { httpStatusOfFailure } from "../../rpc/index.ts";
import { type CompiledFile, compileFile, reportProblems } from "../load.ts";
import { bold, ExitCode, formatTable, type Terminal } from "../terminal.ts";

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
  const data = options.data ?? "";
  const body = data.startsWith("@") ? readFileSync(data.slice(1)) : Buffer.from(data);
  const headers = options.header.flatMap(splitHeader);
  const upper = method.toUpperCase();
  const request = { method: upper, target, headers, body };
  const found = await explainRequest(result.value.compiled, listener, request);
  if (found === undefined) {
    terminal.error(`error: no listener is named "${listener}"\n`);
    return ExitCode.usage;
  }
  print(found, { ...request, data }, result.value, terminal);
  return found.call === undefined ? ExitCode.noMatch : ExitCode.ok;
}

function splitHeader(header: string): string[] {
  const colon = header.indexOf(":");
  return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
}

interface AskedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly data: string;
}

function print(
  found: RequestExplanation,
  request: AskedRequest,
  file: CompiledFile,
  terminal: Terminal,
): void {
  const title = (text: string): string => bold(text, terminal.colourOut);
  const { match, winner } = found.routing;
  if (winner === undefined) terminal.out(`${title("no route")}: ${whyUnmatched(match)}\n`);
  if (winner !== undefined && found.binding !== undefined) {
    terminal.out(`${title("route")}    ${winner.method} ${winner.template.text}\n`);
    terminal.out(`${title("binding")}  ${winner.name}\n`);
    printBinding(found, found.binding, terminal);
  }
  if (found.failure !== undefined) {
    const status = httpStatusOfFailure(found.failure);
    const reason = found.failure.kind === "gateway" ? found.failure.reason : found.failure.code;
    terminal.out(`${title("refused")}  ${status} ${reason}: ${found.failure.message}\n`);
  }
  if (found.message !== undefined) terminal.out(`${title("message")}  ${found.message}\n`);
  printNearest(found, title, terminal);
  if (found.call !== undefined && found.binding !== undefined) {
    printCommands(found, found.binding, request, file, title, terminal);
  }
}

function whyUnmatched(match: RequestExplanation["routing"]["match"]): string {
  switch (match.kind) {
    case "methodNotAllowed":
      return `405: the path is served with ${match.allow.join(", ")}`;
    case "refused":
      return `400: path: ${match.message}`;
    case "found":
    case "notFound":
      return "404: no template matches the path";
  }
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

function printCommands(
  found: RequestExplanation,
  binding: PlannedBinding,
  request: AskedRequest,
  file: CompiledFile,
  title: (text: string) => string,
  terminal: Terminal,
): void {
  const { config } = file.compiled;
  const address = config.listeners[0]?.address;
  const host = address?.kind === "tcp" ? `${reachable(address.host)}:${address.port}` : "localhost";
  const curl = ["curl"];
  if (request.method !== "GET") curl.push("-X", request.method);
  if (request.data !== "")
    curl.push("-H", quoted("content-type: application/json"), "-d", quoted(request.data));
  if (address?.kind === "unix") curl.push("--unix-socket", quoted(address.path));
  curl.push(quoted(`http://${host}${request.target}`));
  terminal.out(`\n${title("as curl")}\n  ${curl.join(" ")}\n`);
  const endpoint = config.clusters.find(({ name }) => name === binding.cluster)?.endpoints[0];
  const upstream =
    endpoint === undefined || endpoint.kind === "unix"
      ? `unix://${endpoint?.path ?? ""}`
      : `${endpoint.host}:${endpoint.port}`;
  const compact = JSON.stringify(JSON.parse(found.message ?? "{}"));
  const symbol = `${binding.method.parent.typeName}/${binding.method.name}`;
  terminal.out(
    `${title("as grpcurl")}\n  grpcurl -plaintext -d ${quoted(compact)} ${upstream} ${symbol}\n`,
  );
}

/** An address that binds everywhere is reached on loopback. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** A word as a POSIX shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
