import { setTimeout as wait } from "node:timers/promises";
import { deflateSync, gzipSync } from "node:zlib";
import type { Dice } from "../dice.ts";
import {
  type FrameUpstream,
  type Script,
  type ScriptFrame,
  startFrameUpstream,
} from "../frame-upstream.ts";
import { type GatewayUnderTest, startGatewayUnderTest } from "../gateway-under-test.ts";
import { mutate, randomCuts } from "../mutate.ts";
import { lengthField, randomMessage, varint } from "../protobuf.ts";
import type { FuzzTarget } from "../target.ts";
import { isWholeSuccess } from "../verdict.ts";

interface GrpcInput {
  /** Which of `requests` is sent. */
  readonly request: number;
  readonly script: Script;
}

const [
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW,
  CONTINUATION,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const endStream = 1;
const endHeaders = 4;

const stream = "GET /v1/shelves/1/books:export";
/** Request line, `accept` and body. */
const requests: readonly (readonly [string, string, string])[] = [
  ["GET /v1/kitchen-sink", "*/*", ""],
  ["GET /v1/kitchen-sink", "*/*", ""],
  [stream, "application/json", ""],
  [stream, "application/x-ndjson", ""],
  [stream, "text/event-stream", ""],
  ["POST /v1/books:import", "*/*", '[{"book":{"title":"a"}},{"bookId":"b"}]'],
  ["POST /v1/books:discuss", "application/x-ndjson", '[{"text":"a"},{"text":"b"}]'],
  ["GET /v1/shelves/1/books/2/cover", "*/*", ""],
];

/** A header without any compression (RFC 7541 §6.2.2). */
function field(name: string, value: string): string {
  const string = (text: string): string =>
    text.length < 127
      ? String.fromCharCode(text.length) + text
      : `\x7f${varint(text.length - 127)}${text}`;
  return `\0${string(name)}${string(value)}`;
}

const grpcType = field("content-type", "application/grpc");
const soundHead = `\x88${grpcType}`;
const done = field("grpc-status", "0");
const doneWithZeros = field("grpc-status", "00");
const soundScript: Script = {
  frames: [
    { type: HEADERS, flags: endHeaders, stream: 1, payload: soundHead },
    { type: DATA, flags: 0, stream: 1, payload: "\0\0\0\0\0" },
    { type: HEADERS, flags: endHeaders | endStream, stream: 1, payload: done },
  ],
  waits: true,
  cuts: [],
  end: "nothing",
};

/** Replies of an upstream that breaks gRPC, HTTP/2 or the message. After each the next call is served. */
export const grpc: FuzzTarget<GrpcInput> = {
  name: "grpc",
  generate: (dice) => ({ request: dice.below(requests.length), script: randomScript(dice) }),
  async open() {
    const upstream = await startFrameUpstream(soundScript);
    const gateway = await startGatewayUnderTest(upstream.port, {
      listener: "limits: { request: 1s, header_timeout: 1s, idle: 1s, reply: 64KiB, drain: 0s }",
    });
    return {
      async run(input) {
        upstream.script = input.script;
        const problem = await callOnce(gateway, input);
        upstream.script = soundScript;
        upstream.drop();
        return problem ?? (await recover(gateway, upstream));
      },
      async close() {
        await gateway.close();
        await upstream.stop();
      },
    };
  },
};

async function callOnce(gateway: GatewayUnderTest, input: GrpcInput): Promise<string | undefined> {
  const [line, accept, body] = requests[input.request] ?? ["GET /", "", ""];
  const asked = await gateway.ask([requestOf(line, accept, body)], {
    takesAnyType: line.endsWith("/cover"),
  });
  if (!asked.ok) return asked.problem;
  const [answer] = asked.answers;
  if (answer === undefined) return "no answer";
  // A header block may be in several frames.
  const sent = input.script.frames.map(({ payload }) => payload).join("");
  const isDone = sent.includes(done) || sent.includes(doneWithZeros);
  return isWholeSuccess(answer) && !isDone ? `${answer.status} without a grpc-status` : undefined;
}

/** A connection that was lost is replaced within some milliseconds: the backoff is that short here. */
async function recover(
  gateway: GatewayUnderTest,
  upstream: FrameUpstream,
): Promise<string | undefined> {
  for (let tries = 0; tries < 200; tries++) {
    const asked = await gateway.ask([requestOf("GET /v1/kitchen-sink", "*/*", "")]);
    if (!asked.ok) return `the call after it: ${asked.problem}`;
    if (asked.answers[0]?.status === 200) return undefined;
    await wait(2);
  }
  upstream.drop();
  return "the calls after it are not served";
}

function requestOf(line: string, accept: string, body: string): string {
  const head = `${line} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAccept: ${accept}\r\n`;
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function randomScript(dice: Dice): Script {
  let frames = soundFrames(dice);
  if (dice.chance(0.75)) {
    for (let left = dice.between(1, 3); left > 0; left--) frames = mutateFrames(dice, frames);
  }
  return {
    frames,
    waits: dice.chance(0.8),
    cuts: randomCuts(dice, 4),
    end: dice.chance(0.03) ? "nothing" : dice.pick(["reset", "reset", "reset", "close", "destroy"]),
  };
}

function soundFrames(dice: Dice): ScriptFrame[] {
  const count = dice.pick([0, 1, 1, 1, 1, 2, 5]);
  const trailers = dice.chance(0.5) ? done : randomTrailers(dice);
  const headers = (payload: string, flags: number): ScriptFrame => ({
    type: HEADERS,
    flags: endHeaders | flags,
    stream: 1,
    payload,
  });
  if (dice.chance(0.1)) return [headers(soundHead + trailers, endStream)];
  const head = dice.chance(0.7) ? soundHead : randomHead(dice);
  const bodies = Array.from({ length: count }, () => envelope(dice)).join("");
  const body: ScriptFrame[] = cutInFrames(dice, bodies).map((payload) => ({
    type: DATA,
    flags: 0,
    stream: 1,
    payload,
  }));
  return [headers(head, 0), ...body, headers(trailers, endStream)];
}

/** DATA frames, none of them larger than 16 KiB. */
function cutInFrames(dice: Dice, bytes: string): string[] {
  const size = dice.pick([1, 3, 5, 100, 16_384, 16_384]);
  const count = Math.min(Math.ceil(bytes.length / size), 50);
  const step = Math.min(Math.max(size, Math.ceil(bytes.length / Math.max(count, 1))), 16_384);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += step) parts.push(bytes.slice(at, at + step));
  return parts;
}

function envelope(dice: Dice): string {
  let message = randomMessage(dice);
  if (dice.chance(0.2)) message = randomHttpBody(dice);
  if (dice.chance(0.15)) message = mutate(dice, message, ["\0", "\xff", "\x0a", "\x80", "\x7a"]);
  if (dice.chance(0.02)) message = lengthField(14, "a".repeat(dice.size([65_530, 65_536, 90_000])));
  let flag = 0;
  if (dice.chance(0.1)) {
    flag = 1;
    const plain = Buffer.from(dice.chance(0.9) ? message : "\0".repeat(1 << 22), "latin1");
    const zip = dice.pick([gzipSync, deflateSync]);
    if (dice.chance(0.9)) message = zip(plain).toString("latin1");
  }
  if (dice.chance(0.03)) flag = dice.below(256);
  const length = dice.chance(0.95)
    ? message.length
    : dice.pick([0, message.length + 1, message.length - 1, 65_537, 0x7fffffff, 0xffffffff]);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(Math.max(length, 0), 1);
  return prefix.toString("latin1") + message;
}

function randomHttpBody(dice: Dice): string {
  const types = [
    "image/png",
    "",
    "text/html\r\nx-evil: 1",
    "a\0b",
    "é",
    "\xff",
    "a".repeat(20_000),
    " ",
  ];
  return lengthField(1, dice.pick(types)) + lengthField(2, dice.bytes(0, 20));
}

const headFields = [
  field(":status", "302"),
  field(":status", "502"),
  field(":status", "103"),
  field(":status", "abc"),
  field(":status", ""),
  field(":path", "/"),
  field("content-type", "text/html"),
  field("content-type", "application/grpc+json"),
  field("grpc-encoding", "gzip"),
  field("grpc-encoding", "deflate"),
  field("grpc-encoding", "br"),
  field("connection", "close"),
  field("transfer-encoding", "chunked"),
  field("content-length", "3"),
  field("content-length", "-1"),
  field("set-cookie", "a=b"),
  field("x-a", "é\xff"),
  field("x-a", "a\r\nb: c"),
  field("x-a", "a\0"),
  field("X-Upper", "a"),
  field("x y", "a"),
  field("", "a"),
  field("x-a-bin", "not base64!"),
  field("x-a-bin", "AQID"),
  field("__proto__", "a"),
  field("constructor", "a"),
  field("x-large", "a".repeat(8000)),
  field("grpc-accept-encoding", "gzip"),
  field("x-http-code", "999"),
  field("date", "yesterday"),
  "\x88",
  "\x8d",
  "\x80",
  "\xff\xff\xff\xff\xff\x0f",
  "\x40\x01a\x01b",
  "\xbe",
  "\x3f\xe1\x1f",
  "\x20",
];

function randomHead(dice: Dice): string {
  const block =
    (dice.chance(0.8) ? soundHead : "") + dice.list(1, 3, () => dice.pick(headFields)).join("");
  return dice.chance(0.1) ? mutate(dice, block, ["\0", "\xff", "\x88"]) : block;
}

const statuses = [
  "0",
  "1",
  "5",
  "13",
  "16",
  "17",
  "99",
  "-1",
  "00",
  "",
  "x",
  " 0",
  "1e1",
  "4294967296",
];
const messages = [
  "",
  "a b",
  "%41",
  "%",
  "%zz",
  "%ff",
  "%0d%0a",
  "é",
  "a".repeat(5000),
  "%F0%9F%98%80",
];

function randomTrailers(dice: Dice): string {
  const fields = [field("grpc-status", dice.pick(statuses))];
  if (dice.chance(0.5)) fields.push(field("grpc-message", dice.pick(messages)));
  if (dice.chance(0.3)) fields.push(field("grpc-status-details-bin", randomDetails(dice)));
  if (dice.chance(0.2)) fields.push(dice.pick(headFields));
  if (dice.chance(0.1)) fields.push(field("grpc-status", dice.pick(statuses)));
  return fields.join("");
}

/** A google.rpc.Status with details: code = 1, message = 2, details = 3 of Any. */
function randomDetails(dice: Dice): string {
  if (dice.chance(0.2)) return dice.bytes(0, 12);
  const names = [
    "google.rpc.ErrorInfo",
    "google.rpc.BadRequest",
    "google.rpc.RetryInfo",
    "none.Such",
    "",
  ];
  const detail = (): string => {
    const value = dice.chance(0.5) ? lengthField(1, "a") : randomMessage(dice);
    const name = `type.googleapis.com/${dice.pick(names)}`;
    return lengthField(3, lengthField(1, name) + lengthField(2, value));
  };
  const status = `\x08${varint(dice.below(20))}${lengthField(2, "m")}${dice.list(0, 3, detail).join("")}`;
  const bytes = Buffer.from(
    dice.chance(0.8) ? status : mutate(dice, status, ["\0", "\xff"]),
    "latin1",
  );
  return bytes.toString(dice.chance(0.8) ? "base64" : "base64url");
}

function mutateFrames(dice: Dice, frames: readonly ScriptFrame[]): ScriptFrame[] {
  const at = dice.below(frames.length + 1);
  const chosen = frames[at] ?? frames[0];
  if (chosen === undefined) return [strangeFrame(dice)];
  const put = (...instead: readonly ScriptFrame[]): ScriptFrame[] => [
    ...frames.slice(0, at),
    ...instead,
    ...frames.slice(at + 1),
  ];
  switch (dice.below(9)) {
    case 0:
      return put();
    case 1:
      return put(chosen, chosen);
    case 2:
      return put({ ...chosen, flags: chosen.flags ^ (1 << dice.pick([0, 2, 3, 5])) });
    case 3:
      return put({ ...chosen, stream: dice.below(4) });
    case 4:
      return put({
        ...chosen,
        payload: mutate(dice, chosen.payload, ["\0", "\xff", "\x01"]).slice(0, 16_384),
      });
    case 5:
      return put({ ...chosen, type: dice.below(12) });
    case 6:
      return put(...splitHeaders(dice, chosen));
    default:
      return put(strangeFrame(dice), chosen);
  }
}

/** A header block in CONTINUATION frames. */
function splitHeaders(dice: Dice, { flags, payload }: ScriptFrame): ScriptFrame[] {
  const cut = dice.below(payload.length + 1);
  const middle: ScriptFrame = { type: CONTINUATION, flags: 0, stream: 1, payload: "" };
  return [
    { type: HEADERS, flags: flags & ~endHeaders, stream: 1, payload: payload.slice(0, cut) },
    ...dice.list(0, dice.chance(0.9) ? 1 : 200, () => middle),
    { type: CONTINUATION, flags: endHeaders, stream: 1, payload: payload.slice(cut) },
  ];
}

function strangeFrame(dice: Dice): ScriptFrame {
  const number = (): string =>
    dice.pick(["\0\0\0\0", "\0\0\0\x01", "\x7f\xff\xff\xff", "\xff\xff\xff\xff", "\0\0\0\x08"]);
  const code = (): string => `\0\0\0${String.fromCharCode(dice.below(15))}`;
  const of = (type: number, onStream: number, payload: string, flags = 0): ScriptFrame => ({
    type,
    flags,
    stream: onStream,
    payload,
  });
  const setting = (): string => `\0${String.fromCharCode(dice.below(10))}${number()}`;
  const choices = [
    (): ScriptFrame => of(RST_STREAM, 1, code()),
    (): ScriptFrame => of(GOAWAY, 0, number() + code() + dice.bytes(0, 5)),
    (): ScriptFrame => of(GOAWAY, 0, `\0\0\0${String.fromCharCode(dice.below(9))}\0\0\0\0`),
    (): ScriptFrame => of(SETTINGS, 0, dice.list(0, 3, setting).join("")),
    (): ScriptFrame => of(SETTINGS, 0, "", 1),
    (): ScriptFrame => of(PING, 0, dice.bytes(8, 8), dice.below(2)),
    (): ScriptFrame => of(WINDOW, dice.below(3), number()),
    (): ScriptFrame => of(PRIORITY, dice.below(3), dice.bytes(4, 6)),
    (): ScriptFrame => of(PUSH_PROMISE, 1, `\0\0\0\x02${soundHead}`, endHeaders),
    (): ScriptFrame => of(CONTINUATION, 1, done, endHeaders),
    (): ScriptFrame => of(DATA, 1, `${String.fromCharCode(dice.below(9))}abcdef`, 8),
    (): ScriptFrame => of(DATA, 1, ""),
    (): ScriptFrame => of(dice.below(256), dice.below(3), dice.bytes(0, 9), dice.below(256)),
    (): ScriptFrame => of(-1, 0, dice.bytes(1, 30)),
    (): ScriptFrame => of(-1, 0, "HTTP/1.1 400 Bad Request\r\n\r\n"),
  ];
  return dice.pick(choices)();
}
