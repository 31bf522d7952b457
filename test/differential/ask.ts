import { request } from "node:http";
import type { Case } from "./case.ts";

/** What came back, as far as it is compared. */
export interface Answer {
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  /** JSON where the body is JSON, else its text; of a gateway's own error nothing: its words are its own. */
  readonly body: unknown;
}

/** Asks a gateway; a connection that ends without an answer has status 0. */
export function ask(port: number, { method, target, headers, body }: Case): Promise<Answer> {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const none = { status: 0, type: "", body: "" };
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path: target,
        headers: { ...headers, ...length },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", () => resolve(none));
        response.on("end", () => {
          const type = (response.headers["content-type"] ?? "").split(";")[0] ?? "";
          const status = response.statusCode ?? 0;
          const reduced = reduce(Buffer.concat(chunks).toString("utf8"), status);
          resolve({ status, type: reduced === ownError ? "" : type, body: reduced });
        });
      },
    );
    sent.setTimeout(5000, () => sent.destroy());
    sent.on("error", () => resolve(none));
    sent.end(body);
  });
}

/** Stands for the words of an error that a gateway has made itself. */
const ownError = "its own error";

function reduce(text: string, status: number): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return status >= 400 ? ownError : text;
  }
  if (status < 400 || typeof json !== "object" || json === null) return stable(json);
  // Whose error it is and what it says differs; what a client branches on does not.
  const { code, message, details } = json as {
    code?: number;
    message?: string;
    details?: { reason?: string; domain?: string }[];
  };
  const isOwn = details?.some(({ domain }) => domain === "diglot") ?? false;
  return isOwn ? ownError : { code, message, details: details ?? [] };
}

/** Hop headers differ from run to run. */
function stable(json: unknown): unknown {
  const metadata = (json as { metadata?: Record<string, string>; timeLeft?: string } | null)
    ?.metadata;
  if (metadata === undefined) return json;
  const kept = Object.entries(metadata).filter(
    ([name]) =>
      !/^(?:x-forwarded-|x-request-id|x-envoy-|traceparent|:|grpc-|user-agent|content-type|te$)/.test(
        name,
      ),
  );
  return { metadata: Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}
