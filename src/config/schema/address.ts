import { isIPv6 } from "node:net";
import { z } from "zod";
import { err, ok, type Result } from "../../base/index.ts";
import type { EndpointTarget, ListenAddress } from "../gateway-config.ts";
import type { Meaning } from "./text.ts";

/** What an endpoint is, for the sentences that miss one. */
export const endpointNoun =
  "an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock";

const hostPort =
  /^(?:\[([0-9A-Fa-f:.%]{2,64})\]|([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})?)):(\d{1,5})$/;
/** RFC 2782: `_service._protocol.name`. */
const service = /^srv:\/\/\/(_[A-Za-z0-9-]{1,62}\._[A-Za-z0-9-]{1,62}\.[A-Za-z0-9_.-]{1,200})$/;
/** What `sockaddr_un` holds on Linux less its NUL; macOS holds four fewer. */
const longestSocketPath = 107;

/** `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/diglot.sock`; port 0 takes any free one. */
export const listenAddress: z.ZodType<ListenAddress, string> = address(
  "listen",
  "an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/diglot.sock",
  0,
);

/**
 * As a listen address, with a host that may be a name and a port that is not 0; or where endpoints are found:
 * `dns:///library.internal:50051`, `srv:///_grpc._tcp.library.internal` (RFC 2782) or `file:./endpoints.yaml`.
 */
export const endpointTarget: z.ZodType<EndpointTarget, string> = parsedText(
  "endpoint",
  endpointNoun,
  `^unix:.+$|^dns:///.+$|${service.source}|^file:.+$|${hostPort.source}`,
  parseTarget,
);

function address(
  meaning: Meaning,
  noun: string,
  leastPort: number,
): z.ZodType<ListenAddress, string> {
  return parsedText(meaning, noun, `^unix:.+$|${hostPort.source}`, (text, expected) =>
    parseAddress(text, expected, leastPort),
  );
}

function parsedText<Output>(
  meaning: Meaning,
  noun: string,
  pattern: string,
  parse: (text: string, expected: string) => Result<Output, string>,
): z.ZodType<Output, string> {
  return z
    .string({ error: `expected ${noun}` })
    .transform((text, context) => {
      const parsed = parse(text, `expected ${noun}`);
      if (parsed.ok) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.error, input: text });
      return z.NEVER;
    })
    .meta({ "x-diglot": meaning, pattern });
}

function parseTarget(text: string, expected: string): Result<EndpointTarget, string> {
  if (text.startsWith("dns:")) return parseName(text);
  if (text.startsWith("srv:")) return parseService(text);
  if (!text.startsWith("file:")) return parseAddress(text, expected, 1);
  const path = text.slice("file:".length);
  if (path === "" || path.startsWith("//") || path.includes("\0")) {
    return err("expected a file of endpoints such as file:./endpoints.yaml");
  }
  return ok({ kind: "file", path });
}

function parseName(text: string): Result<EndpointTarget, string> {
  const expected = "expected a name such as dns:///library.internal:50051";
  // RFC 4501 names a server of the DNS between the slashes; the machine's own are asked.
  if (!text.startsWith("dns:///")) return err(expected);
  const parsed = parseAddress(text.slice("dns:///".length), expected, 1);
  if (!parsed.ok) return parsed;
  if (parsed.value.kind === "unix") return err(expected);
  return ok({ ...parsed.value, kind: "dns" });
}

function parseService(text: string): Result<EndpointTarget, string> {
  const name = service.exec(text)?.[1];
  if (name === undefined) {
    return err("expected a service such as srv:///_grpc._tcp.library.internal");
  }
  return ok({ kind: "srv", service: name });
}

function parseAddress(
  text: string,
  expected: string,
  leastPort: number,
): Result<ListenAddress, string> {
  if (text.startsWith("unix:")) return parseSocketPath(text.slice("unix:".length), expected);
  const [, ipv6, name, digits] = hostPort.exec(text) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || (ipv6 !== undefined && !isIPv6(ipv6))) return err(expected);
  if (name !== undefined && /^[\d.]+$/.test(name) && !isIPv4(name)) {
    return err("expected an IPv4 address of four numbers up to 255");
  }
  const port = Number(digits);
  if (port < leastPort || port > 65_535) {
    return err(`expected a port from ${leastPort} to 65535`);
  }
  return ok({ kind: "tcp", host, port });
}

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => part !== "" && Number(part) <= 255);
}

function parseSocketPath(path: string, expected: string): Result<ListenAddress, string> {
  if (path === "" || path.includes("\0")) return err(expected);
  if (Buffer.byteLength(path) > longestSocketPath) {
    return err(`expected a socket path of at most ${longestSocketPath} bytes`);
  }
  return ok({ kind: "unix", path });
}
