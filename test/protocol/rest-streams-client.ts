import { connect } from "node:net";

/** A response as it has come so far. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Without its chunks. */
  readonly body: string;
  /** Whether the last chunk has come. */
  readonly isWhole: boolean;
  /** What stands behind the last chunk. */
  readonly rest: string;
}

/** One TCP connection of a client that reads and writes when the test says so. */
export interface StreamClient {
  write(bytes: string | Uint8Array): void;
  /** Sends one chunk of a chunked body; the empty one ends it. */
  chunk(bytes: string | Uint8Array): void;
  /** Waits until the bytes so far hold `part`; fails when the connection ends without. */
  until(part: string): Promise<void>;
  /** The answer as it has come so far. */
  answer(): StreamedAnswer;
  /** The answer once its last chunk has come or the connection has ended. */
  whole(): Promise<StreamedAnswer>;
  /** The answer once the connection has ended. */
  ended(): Promise<StreamedAnswer>;
  /** Forgets what has come. */
  forget(): void;
  pause(): void;
  resume(): void;
  /** How many bytes wait to be sent. */
  waiting(): number;
  destroy(): void;
}

/** Opens a connection and sends what it is given. */
export function openClient(port: number, bytes: string | Uint8Array): StreamClient {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  let isClosed = false;
  let changed: (() => void)[] = [];
  const change = (): void => {
    for (const tell of changed.splice(0)) tell();
  };
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    change();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
    change();
  });
  const reach = async (isThere: () => boolean): Promise<boolean> => {
    while (!isThere() && !isClosed) await new Promise<void>((resolve) => changed.push(resolve));
    return isThere();
  };
  socket.write(bytes);
  const answer = (): StreamedAnswer => parseAnswer(text);
  return {
    write: (more) => void socket.write(more),
    chunk(more) {
      const body = Buffer.from(more);
      socket.write(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, crlf]));
    },
    async until(part) {
      if (!(await reach(() => text.includes(part)))) throw new Error(`${part} is not in ${text}`);
    },
    answer,
    async whole() {
      await reach(() => answer().isWhole);
      return answer();
    },
    async ended() {
      await reach(() => isClosed);
      return answer();
    },
    forget() {
      text = "";
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    waiting: () => socket.writableLength,
    destroy() {
      changed = [];
      socket.destroy();
    },
  };
}

const crlf = Buffer.from("\r\n");

/** Reads a response head and the chunks, or the counted bytes, that have come behind it. */
function parseAnswer(text: string): StreamedAnswer {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return { status: 0, headers: {}, body: "", isWhole: false, rest: text };
  const lines = text.slice(0, headEnd).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number(lines[0]?.split(" ")[1]);
  const behind = text.slice(headEnd + 4);
  return { status, headers, ...parseBody(headers, behind) };
}

type Body = Pick<StreamedAnswer, "body" | "isWhole" | "rest">;

function parseBody(headers: Readonly<Record<string, string>>, behind: string): Body {
  const length = headers["content-length"];
  if (length !== undefined) {
    const count = Number(length);
    const isWhole = behind.length >= count;
    return { body: utf8(behind.slice(0, count)), isWhole, rest: behind.slice(count) };
  }
  if (headers["transfer-encoding"] !== "chunked") {
    return { body: utf8(behind), isWhole: false, rest: "" };
  }
  let body = "";
  let rest = behind;
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    if (size === null) break;
    const start = size[0].length;
    const count = Number.parseInt(size[1] ?? "", 16);
    if (rest.length < start + count + 2) break;
    body += rest.slice(start, start + count);
    rest = rest.slice(start + count + 2);
    if (count === 0) return { body: utf8(body), isWhole: true, rest };
  }
  return { body: utf8(body), isWhole: false, rest };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
