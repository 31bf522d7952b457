import { deflateSync, gzipSync } from "node:zlib";
import type { Dice } from "../dice.ts";
import { startEchoUpstream } from "../echo-upstream.ts";
import { type GatewayUnderTest, startGatewayUnderTest } from "../gateway-under-test.ts";
import { cutAt, mutate, randomCuts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";
import { isWholeSuccess, parsed } from "../verdict.ts";

interface StreamsInput {
  readonly path: string;
  readonly type: string;
  readonly accept: string;
  readonly encoding: string;
  /** The JSON of the messages, each as it stands in the body. */
  readonly elements: readonly string[];
  /** What is changed of the body that they make; empty: nothing. */
  readonly body: string;
  /** Where the body is cut into chunks. */
  readonly chunks: readonly number[];
  /** Where the bytes are cut into packets. */
  readonly cuts: readonly number[];
  /** Whether the last chunk says that it is the last. */
  readonly isWhole: boolean;
}

const importBooks = "/v1/books:import";
const paths = [importBooks, "/v1/books:discuss"];
const ndjson = "application/x-ndjson";
const types = [
  "application/json",
  "application/json",
  ndjson,
  ndjson,
  "application/jsonl",
  "",
  "text/plain",
];
const accepts = [
  "*/*",
  "application/json",
  ndjson,
  "text/event-stream",
  "text/html",
  "application/json;q=0",
];
const tokens = [
  "[",
  "]",
  ",",
  "{",
  "}",
  '"',
  "\n",
  "\r\n",
  "\\",
  "null",
  " ",
  "\xef\xbb\xbf",
  "\xff",
  "\0",
  "[]",
  "{}",
];

/** Client streams and streams both ways, whose bodies are cut anywhere, broken or left open. */
export const streams: FuzzTarget<StreamsInput> = {
  name: "streams",
  generate: randomInput,
  async open() {
    const upstream = await startEchoUpstream();
    const gateway = await startGatewayUnderTest(upstream.port);
    return {
      run: (input) => run(gateway, input),
      async close() {
        await gateway.close();
        await upstream.stop();
      },
    };
  },
};

async function run(gateway: GatewayUnderTest, input: StreamsInput): Promise<string | undefined> {
  const { elements, isWhole } = input;
  const isSound = input.body === "" && isWhole;
  const asked = await gateway.ask(
    cutAt(requestOf(input), input.cuts),
    isSound ? {} : { endAfterQuietMs: 40 },
  );
  if (!asked.ok) return asked.problem;
  const answer = asked.answers.find(({ status }) => status >= 200);
  if (answer === undefined) return isSound ? "no answer" : undefined;
  if (!isWhole && isWholeSuccess(answer)) return "a body without an end is taken for whole";
  const isTaken = input.type === "application/json" || input.type === ndjson;
  if (!isSound || !isTaken || input.accept !== "*/*") return undefined;
  if (answer.status !== 200)
    return `${answer.status} for a sound stream: ${answer.body.toString()}`;
  const count = countOf(parsed(answer.body.toString()));
  return count === elements.length ? undefined : `${elements.length} messages became ${count}`;
}

/** How many messages came through: of ImportBooks the number that it gives, of Discuss what it echoes. */
function countOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length;
  return (value as { readonly imported?: number } | undefined)?.imported ?? 0;
}

function requestOf(input: StreamsInput): string {
  const text = input.body === "" ? bodyOf(input) : input.body;
  const bytes = Buffer.from(text, "latin1");
  let sent = text;
  if (input.encoding === "gzip") sent = gzipSync(bytes).toString("latin1");
  if (input.encoding === "deflate") sent = deflateSync(bytes).toString("latin1");
  const chunks = cutAt(sent, input.chunks).map(
    (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
  );
  const head = [
    `POST ${input.path} HTTP/1.1`,
    "Host: gateway",
    "Connection: close",
    "Transfer-Encoding: chunked",
    `Accept: ${input.accept}`,
    ...(input.type === "" ? [] : [`Content-Type: ${input.type}`]),
    ...(input.encoding === "" ? [] : [`Content-Encoding: ${input.encoding}`]),
  ];
  return `${head.join("\r\n")}\r\n\r\n${chunks.join("")}${input.isWhole ? "0\r\n\r\n" : ""}`;
}

function bodyOf({ type, elements }: StreamsInput): string {
  return type === "application/json" || type === ""
    ? `[${elements.join(",")}]`
    : elements.map((element) => `${element}\n`).join("");
}

function randomInput(dice: Dice): StreamsInput {
  const path = dice.pick(paths);
  const element = (): string => randomElement(dice, path);
  const input: StreamsInput = {
    path,
    type: dice.pick(types),
    accept: dice.chance(0.6) ? "*/*" : dice.pick(accepts),
    encoding: dice.chance(0.85) ? "" : dice.pick(["gzip", "deflate"]),
    elements: dice.list(0, dice.chance(0.95) ? 5 : 200, element),
    body: "",
    chunks: randomCuts(dice, 8),
    cuts: randomCuts(dice, 8),
    isWhole: dice.chance(0.85),
  };
  return dice.chance(0.4) ? { ...input, body: mutate(dice, bodyOf(input), tokens) } : input;
}

function randomElement(dice: Dice, path: string): string {
  if (dice.chance(0.05)) return "{}";
  const text = JSON.stringify(
    dice.pick(["a", "[", "]", "}", '"', "\\", "\n", ",", "é😀", "a".repeat(dice.size([5000]))]),
  );
  const element =
    path === importBooks
      ? dice.pick([`{"bookId":${text}}`, `{"book":{"title":${text},"authors":[${text},"b"]}}`])
      : `{"reader":"a","text":${text}}`;
  return Buffer.from(dice.chance(0.2) ? ` ${element}\t` : element).toString("latin1");
}
