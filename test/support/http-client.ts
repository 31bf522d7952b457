import { type IncomingHttpHeaders, request } from "node:http";

/** A response, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** What is sent beside method and target. */
export interface SendOptions {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as it is. */
  readonly body?: string | Uint8Array;
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** Sends one request with its target as given: no client tidies the path on the way. */
export function send(
  port: number,
  method: string,
  target: string,
  options: SendOptions = {},
): Promise<Answer> {
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const headers = { ...options.headers };
  if (options.json !== undefined) headers["content-type"] ??= "application/json";
  if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, method, path: target, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text,
            json: parsed(text),
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface StatusDetail {
  readonly "@type": string;
  readonly reason?: string;
  readonly fieldViolations?: readonly { readonly field: string; readonly description: string }[];
}

/** The `google.rpc.Status` of an error answer. */
export interface StatusBody {
  readonly code: number;
  readonly message: string;
  readonly details: readonly StatusDetail[];
}

/** The status of an error answer; fails when the answer is none. */
export function statusBody(answer: Answer): StatusBody {
  const body = answer.json as StatusBody | undefined;
  if (typeof body?.code !== "number") throw new Error(`no google.rpc.Status: ${answer.text}`);
  return body;
}

/** The reason of the gateway's own ErrorInfo; undefined when an upstream made the error. */
export function reasonOf(answer: Answer): string | undefined {
  return statusBody(answer).details.find(
    (detail) => detail["@type"] === "type.googleapis.com/google.rpc.ErrorInfo",
  )?.reason;
}
