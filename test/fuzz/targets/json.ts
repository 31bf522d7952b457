import type { Dice } from "../dice.ts";
import { startEchoUpstream } from "../echo-upstream.ts";
import { type GatewayUnderTest, startGatewayUnderTest } from "../gateway-under-test.ts";
import { mutate } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";
import { parsed } from "../verdict.ts";
import { kitchenSinkMembers, libraryMembers, looseTexts, nestedMembers } from "./kitchen-sink.ts";

interface JsonInput {
  readonly line: string;
  readonly type: string;
  /** Bytes as latin1. */
  readonly bodies: readonly string[];
}

const echo = "POST /v1/kitchen-sink:echo";
const lines = [
  echo,
  echo,
  echo,
  "REPORT /v1/kitchen-sink",
  "PUT /v1/kitchen-sink/t",
  "POST /v1/kitchen-sink/nested",
  "POST /v1/shelves",
  "POST /v1/shelves/1/books",
  "PATCH /v1/shelves/1/books/2",
  "POST /library.v1.KitchenSinkService/Echo",
];
const types = ["application/json", "application/vnd.a+json", "application/json; charset=utf-8", ""];
const tokens = [
  ...'{}[]:,"\\ 0-.eEtfn/',
  "\\u0000",
  "\\ud800",
  "\\udc00",
  "\\u12",
  "\\x",
  "\u0000",
  "\xff",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xef\xbb\xbf",
  "\xe2\x80\xa8",
  "null",
  "true",
  "//",
  "/**/",
  "NaN",
  "[[",
  '{"a":',
  '"@type":"type.googleapis.com/google.protobuf.Value",',
  '"__proto__":{},',
];

/** JSON bodies, nearly right. What is taken must be JSON, and what is echoed must be taken again the same. */
export const json: FuzzTarget<JsonInput> = {
  name: "json",
  generate: (dice) => {
    const line = dice.pick(lines);
    const type = dice.chance(0.8) ? "application/json" : dice.pick(types);
    return { line, type, bodies: dice.list(1, 4, () => body(dice, membersOf(line))) };
  },
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

async function run(gateway: GatewayUnderTest, input: JsonInput): Promise<string | undefined> {
  const asked = await gateway.ask([requests(input)]);
  if (!asked.ok) return asked.problem;
  const { answers } = asked;
  if (answers.length !== input.bodies.length)
    return `${answers.length} answers to ${input.bodies.length} requests`;
  const taken: string[] = [];
  for (const [index, answer] of answers.entries()) {
    if (answer.status >= 500) return `${answer.status} from an upstream that only echoes`;
    if (answer.status !== 200) continue;
    const given = Buffer.from(input.bodies[index] ?? "", "latin1").toString();
    const text = given.startsWith("\ufeff") ? given.slice(1) : given;
    if (text !== "" && parsed(text) === undefined) return "took what is not JSON";
    if (input.line === echo) taken.push(answer.body.toString("latin1"));
  }
  return taken.length === 0 ? undefined : expectSame(gateway, taken);
}

/** What the gateway prints is in its own one form: sent again it comes back byte for byte. */
async function expectSame(
  gateway: GatewayUnderTest,
  bodies: readonly string[],
): Promise<string | undefined> {
  const again = await gateway.ask([requests({ line: echo, type: "application/json", bodies })]);
  if (!again.ok) return `what was printed, sent again: ${again.problem}`;
  for (const [index, text] of bodies.entries()) {
    const answer = again.answers[index];
    if (answer?.status !== 200) return `does not take what it printed: ${JSON.stringify(text)}`;
    if (answer.body.toString("latin1") !== text) return `prints anew: ${JSON.stringify(text)}`;
  }
  return undefined;
}

function requests({ line, type, bodies }: JsonInput): string {
  return bodies
    .map((text, index) => {
      const close = index === bodies.length - 1 ? "Connection: close\r\n" : "";
      const kind = type === "" ? "" : `Content-Type: ${type}\r\n`;
      const head = `${line} HTTP/1.1\r\nHost: gateway\r\n${kind}${close}`;
      return `${head}Content-Length: ${text.length}\r\n\r\n${text}`;
    })
    .join("");
}

function membersOf(line: string): readonly string[] {
  if (line.endsWith("/nested")) return nestedMembers;
  return line.includes("/shelves") ? libraryMembers : kitchenSinkMembers;
}

function body(dice: Dice, members: readonly string[]): string {
  let text = sound(dice, members);
  if (dice.chance(0.15)) text = deep(dice, text);
  if (dice.chance(0.5)) text = replaceValue(dice, text);
  if (dice.chance(0.5)) text = mutate(dice, text, tokens);
  return text.slice(0, 200_000);
}

function sound(dice: Dice, members: readonly string[]): string {
  const chosen = new Set(dice.list(0, 8, () => dice.pick(members)));
  return Buffer.from(`{${[...chosen].join(",")}}`).toString("latin1");
}

function deep(dice: Dice, text: string): string {
  const depth = dice.pick([30, 98, 99, 100, 101, 102, 5000]);
  const [open, close] = dice.pick([
    ['{"nested":{"child":', "}}"],
    ['{"child":', "}"],
    ["[", "]"],
    ['{"a":', "}"],
    ['{"value":', "}"],
    ['{"@type":"type.googleapis.com/google.protobuf.Any","value":', "}"],
  ] as const);
  const inner = dice.chance(0.7) ? "{}" : text;
  const nested = `${open.repeat(depth)}${inner}${close.repeat(dice.chance(0.8) ? depth : depth - 1)}`;
  return `{"${dice.pick(["nested", "struct", "value", "listValue", "any", "unknown"])}":${nested}}`;
}

/** Puts another value, as it is or in quotes, in place of one. */
function replaceValue(dice: Dice, text: string): string {
  const values = [...text.matchAll(/(?<=[:[,])(?:"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+)(?!\s*:)/g)];
  if (values.length === 0) return text;
  const value = dice.pick(values);
  const loose = Buffer.from(dice.pick(looseTexts)).toString("latin1");
  const put = dice.chance(0.5) ? loose : `"${loose}"`;
  return text.slice(0, value.index) + put + text.slice(value.index + value[0].length);
}
