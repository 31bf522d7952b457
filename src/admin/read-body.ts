import { err, ok, type Result } from "../base/index.ts";
import { refusal } from "./refusal.ts";

/** Nothing that is asked of a gateway is longer, in bytes. */
const mostBytes = 4096;

/** The JSON object that a request brings, or the answer to a request that brings none. */
export async function readBody(
  request: Request,
): Promise<Result<Readonly<Record<string, unknown>>, Response>> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  // A page can send any other type to another origin without asking first (CORS).
  if (type !== "application/json") {
    return err(refusal("INVALID_REQUEST", "content-type: expected application/json"));
  }
  const text = await readText(request);
  if (text === undefined) {
    return err(refusal("BODY_TOO_LARGE", `the body is over ${mostBytes} bytes`));
  }
  const value = parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? ok(value as Record<string, unknown>)
    : err(refusal("INVALID_REQUEST", "the body: expected a JSON object"));
}

/** The body as text; undefined when it is too long. */
async function readText(request: Request): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  if (request.body === null) return "";
  for await (const piece of request.body as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > mostBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
