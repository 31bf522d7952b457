import { request } from "node:http";
import { err, ok, type Result } from "../base/index.ts";

/** What an admin listener answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** How long an answer may take, in ms: whoever asks is a person, or a probe with little patience. */
const answerMs = 5000;
const mostBytes = 64 * 1024 * 1024;

/** Asks the admin listener at `address` (`host:port` or `unix:path`) for a page in JSON; the error is for a person. */
export function askAdmin(address: string, path: string): Promise<Result<AdminAnswer, string>> {
  const place = placeOf(address);
  if (place === undefined) {
    const expected = "expected an address such as 127.0.0.1:9901 or unix:/run/diglot-admin.sock";
    return Promise.resolve(err(`${expected}, got ${JSON.stringify(address)}`));
  }
  return new Promise((resolve) => {
    const fail = (message: string): void => resolve(err(`${address}${path}: ${message}`));
    const signal = AbortSignal.timeout(answerMs);
    const asked = request({ ...place, path, agent: false, signal }, (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on("data", (piece: Buffer) => {
        bytes += piece.length;
        pieces.push(piece);
        if (bytes > mostBytes) asked.destroy(new Error("the answer is over 64 MiB"));
      });
      response.on("error", (error) => fail(problemOf(error)));
      response.on("end", () => {
        const body = parse(Buffer.concat(pieces).toString("utf8"));
        if (body === undefined) fail("the answer is not JSON; is this an admin listener?");
        else resolve(ok({ status: response.statusCode ?? 0, body }));
      });
    });
    asked.on("error", (error) => fail(problemOf(error)));
    asked.end();
  });
}

type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

function placeOf(address: string): Place | undefined {
  if (address.startsWith("unix:") && address.length > "unix:".length) {
    return { socketPath: address.slice("unix:".length) };
  }
  const [, ipv6, name, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

function problemOf(error: NodeJS.ErrnoException): string {
  switch (error.code ?? "") {
    case "ECONNREFUSED":
    case "ENOENT":
      return "nothing listens there; is the gateway running, with `admin` in its configuration?";
    case "ABORT_ERR":
      return `no answer within ${answerMs / 1000} s`;
    default:
      return error.message;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
