/** One HTTP/1.1 response as it was on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** How the body's end was told; "cut" when the connection ended before it. */
  readonly framing: "none" | "length" | "chunked" | "close" | "cut";
}

/** What came back over one connection: the responses, or why it is no HTTP/1.1. */
export type Answers =
  | { readonly ok: true; readonly answers: readonly WireAnswer[] }
  | { readonly ok: false; readonly problem: string };

class NotHttp extends Error {}

const statusLine = /^HTTP\/1\.1 ([1-5][0-9][0-9]) [\x20-\x7e]*$/;
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads a connection's answers, strictly (RFC 9112 §4 to §7). `mayOmitBodies`: a HEAD request may be among
 * those that were answered, whose answer has the head of a body and none.
 */
export function readAnswers(bytes: Buffer, mayOmitBodies: boolean): Answers {
  const answers: WireAnswer[] = [];
  try {
    for (let at = 0; at < bytes.length; ) {
      const { answer, end } = readAnswer(bytes, at, mayOmitBodies);
      answers.push(answer);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof NotHttp)) throw error;
    return { ok: false, problem: error.message };
  }
  return { ok: true, answers };
}

interface ReadAnswer {
  readonly answer: WireAnswer;
  readonly end: number;
}

function readAnswer(bytes: Buffer, start: number, mayOmitBodies: boolean): ReadAnswer {
  const headEnd = bytes.indexOf("\r\n\r\n", start);
  if (headEnd < 0) throw new NotHttp(`a head without an end: ${quote(bytes.subarray(start))}`);
  const [first = "", ...lines] = bytes.toString("latin1", start, headEnd).split("\r\n");
  const status = Number(statusLine.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new NotHttp(`no status line: ${quote(Buffer.from(first))}`);
  const headers = readHeaders(lines);
  const at = headEnd + 4;
  const read = (body: Buffer, framing: WireAnswer["framing"], end: number): ReadAnswer => ({
    answer: { status, headers, body, framing },
    end,
  });
  const length = headers.get("content-length");
  const coding = headers.get("transfer-encoding");
  if (length !== undefined && coding !== undefined) throw new NotHttp("two ways to end a body");
  const hasNoBody = status < 200 || status === 204 || status === 304;
  const isOmitted =
    mayOmitBodies && (at === bytes.length || bytes.toString("latin1", at, at + 9) === "HTTP/1.1 ");
  if (hasNoBody || isOmitted) return read(Buffer.alloc(0), "none", at);
  if (coding !== undefined) {
    if (coding !== "chunked") throw new NotHttp(`transfer-encoding: ${coding}`);
    const chunks = readChunks(bytes, at);
    return read(chunks.body, chunks.isWhole ? "chunked" : "cut", chunks.end);
  }
  if (length === undefined) return read(bytes.subarray(at), "close", bytes.length);
  if (!/^[0-9]+$/.test(length)) throw new NotHttp(`content-length: ${length}`);
  const until = at + Number(length);
  const isCut = until > bytes.length;
  return read(bytes.subarray(at, until), isCut ? "cut" : "length", Math.min(until, bytes.length));
}

function readHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = "", value = ""] = headerLine.exec(line) ?? [];
    if (name === "") throw new NotHttp(`no header: ${quote(Buffer.from(line))}`);
    const key = name.toLowerCase();
    const isSingle = ["content-length", "transfer-encoding", "content-type", "connection"];
    if (headers.has(key) && isSingle.includes(key)) throw new NotHttp(`${key} twice`);
    headers.set(key, value);
  }
  return headers;
}

interface ReadChunks {
  readonly body: Buffer;
  readonly end: number;
  readonly isWhole: boolean;
}

function readChunks(bytes: Buffer, start: number): ReadChunks {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const cut = { body: Buffer.concat(chunks), end: bytes.length, isWhole: false };
    if (lineEnd < 0) return cut;
    const text = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(text)) throw new NotHttp(`a chunk of ${quote(Buffer.from(text))}`);
    const size = Number.parseInt(text, 16);
    const end = lineEnd + 2 + size + 2;
    if (end > bytes.length) return cut;
    if (bytes.toString("latin1", end - 2, end) !== "\r\n") throw new NotHttp("a chunk without end");
    if (size === 0) return { ...cut, end, isWhole: true };
    chunks.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}

/** Bytes for a message, shortened. */
export function quote(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
