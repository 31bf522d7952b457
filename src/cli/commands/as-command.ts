import type { EndpointAddress, ListenAddress, UpstreamTlsConfig } from "../../config/index.ts";
import type { PlannedBinding } from "../../gateway/index.ts";

/** A request as it was asked about on the command line. */
export interface AskedRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values, one behind the other. */
  readonly headers: readonly string[];
  /** Text of the body, or `@` and a file; empty for none. */
  readonly data: string;
}

/** The curl command that sends the request to the listener at `address`. */
export function curlCommand(request: AskedRequest, address: ListenAddress | undefined): string {
  const { method, target, headers, data } = request;
  const words = ["curl"];
  if (method === "HEAD" && data === "") words.push("-I");
  else if (method !== "GET" || data !== "") words.push("-X", method);
  // Without it curl takes brackets and braces for a range of addresses.
  if (/[[\]{}]/.test(target)) words.push("-g");
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] ?? "";
    words.push("-H", quoted(value === "" ? `${headers[i]};` : `${headers[i]}: ${value}`));
  }
  if (data !== "") {
    const names = headers.filter((_, index) => index % 2 === 0);
    if (!names.includes("content-type")) {
      words.push("-H", quoted("content-type: application/json"));
    }
    words.push(data.startsWith("@") ? "--data-binary" : "-d", quoted(data));
  }
  if (address?.kind === "unix") words.push("--unix-socket", quoted(address.path));
  const host =
    address === undefined || address.kind === "unix"
      ? "localhost"
      : `${reachable(address.host)}:${address.port}`;
  words.push(quoted(`http://${host}${target}`));
  return words.join(" ");
}

/** The grpcurl command that makes the call at `endpoint`; messages of a stream stand one behind the other. */
export function grpcurlCommand(
  method: PlannedBinding["method"],
  metadata: readonly (readonly [name: string, value: string])[],
  messages: readonly string[],
  endpoint: EndpointAddress | undefined,
  tls: UpstreamTlsConfig | undefined,
): string {
  const words = ["grpcurl", ...(tls === undefined ? ["-plaintext"] : [])];
  for (const [flag, value] of [
    ["-cacert", tls?.ca],
    ["-cert", tls?.cert],
    ["-key", tls?.key],
    ["-servername", tls?.serverName],
  ] as const) {
    if (value !== undefined) words.push(flag, quoted(value));
  }
  for (const [name, value] of metadata) words.push("-H", quoted(`${name}: ${value}`));
  const compact = messages.map((message) => JSON.stringify(JSON.parse(message)));
  words.push("-d", quoted(compact.join(" ")));
  words.push(
    endpoint === undefined || endpoint.kind === "unix"
      ? `unix://${endpoint?.path ?? ""}`
      : `${endpoint.host}:${endpoint.port}`,
  );
  words.push(`${method.parent.typeName}/${method.name}`);
  return words.join(" ");
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
