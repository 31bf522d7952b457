import type { Headers } from "../../exchange/index.ts";
import type { JsonSink } from "../../protojson/index.ts";

/** How the messages of a server stream follow each other in the response (transcoding.md §6). */
export type StreamFormatName = "array" | "ndjson" | "sse";

/** What a stream's messages stand in. */
export interface StreamFormat {
  readonly contentType: string;
  /** Further headers of the response. */
  readonly headers: Headers;
  /** Written in front of the message with this index, counted from 0. */
  before(index: number, out: JsonSink): void;
  /** Written behind each message. */
  readonly after: string;
  /** Written once all `count` messages are. */
  end(count: number, out: JsonSink): void;
  /** Writes a failure, given as JSON; undefined where the format has no place for one. */
  readonly fail: ((status: string, out: JsonSink) => void) | undefined;
  /** Written while nothing comes, so that nobody on the way takes the connection for dead; undefined for nothing. */
  readonly heartbeat: string | undefined;
  /** Whether messages that come together may be sent together: not where each is a frame of its own. */
  readonly joins: boolean;
}

const array: StreamFormat = {
  contentType: "application/json",
  headers: [],
  before: (index, out) => out.ascii(index === 0 ? "[" : ","),
  after: "",
  end: (count, out) => out.ascii(count === 0 ? "[]" : "]"),
  fail: undefined,
  heartbeat: undefined,
  joins: true,
};

const ndjson: StreamFormat = {
  contentType: "application/x-ndjson",
  headers: [],
  before: () => undefined,
  after: "\n",
  end: () => undefined,
  fail: (status, out) => out.text(`{"error":${status}}\n`),
  heartbeat: undefined,
  joins: true,
};

// WHATWG HTML §9.2 "Server-sent events": a comment begins with a colon, an event ends with an empty line.
const sse: StreamFormat = {
  contentType: "text/event-stream",
  headers: ["cache-control", "no-cache"],
  before: (index, out) => out.ascii(`id: ${index + 1}\ndata: `),
  after: "\n\n",
  end: () => undefined,
  fail: (status, out) => out.text(`event: error\ndata: ${status}\n\n`),
  heartbeat: ":\n\n",
  joins: true,
};

const frame: StreamFormat = {
  contentType: "application/json",
  headers: [],
  before: () => undefined,
  after: "",
  end: () => undefined,
  fail: (status, out) => out.text(`{"error":${status}}`),
  heartbeat: undefined,
  joins: false,
};

/** Puts each message into an object with the one key `result`, as grpc-gateway does. */
function inResult(format: StreamFormat): StreamFormat {
  return {
    ...format,
    before: (index, out) => {
      format.before(index, out);
      out.ascii('{"result":');
    },
    after: `}${format.after}`,
  };
}

/** The format of a name, with each message plain or in a `result`. */
export function streamFormat(
  name: StreamFormatName | "frame",
  framing: "plain" | "result",
): StreamFormat {
  const plain = { array, ndjson, sse, frame }[name];
  return framing === "result" ? inResult(plain) : plain;
}

/** The bytes of google.api.HttpBody messages one behind the other, or each a frame. */
export function rawFormat(contentType: string, joins: boolean): StreamFormat {
  return {
    contentType,
    headers: [],
    before: () => undefined,
    after: "",
    end: () => undefined,
    fail: undefined,
    heartbeat: undefined,
    joins,
  };
}
