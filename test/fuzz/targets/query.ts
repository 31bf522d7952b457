import type { Dice } from "../dice.ts";
import { startEchoUpstream } from "../echo-upstream.ts";
import { startGatewayUnderTest } from "../gateway-under-test.ts";
import { mutate } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";
import { kitchenSinkFields, looseTexts } from "./kitchen-sink.ts";

interface QueryInput {
  readonly targets: readonly string[];
}

const names = [
  ...kitchenSinkFields,
  "nested.text",
  "nested.child.child.number",
  "choice_nested.child.text",
  "mString[key]",
  "m_int32[7]",
  "mBool[true]",
  "mNested[a]",
  "mColor[a]",
  "struct.fields",
  "value.stringValue",
  "timestamp.seconds",
  "any.typeUrl",
  "wInt64.value",
  "nested.".repeat(120),
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "fieldMask.paths",
];
const tokens = [
  "&",
  "=",
  "+",
  "%",
  "%20",
  "%2B",
  "%00",
  "%ff",
  "%zz",
  ".",
  "..",
  "[",
  "]",
  ";",
  "a",
  "%26",
  "%3D",
  "%C3",
  "é",
];
const prefixes = [
  "/v1/kitchen-sink?",
  "/v1/kitchen-sink?",
  "/v1/kitchen-sink?",
  "/v1/kitchen-sink?",
  "/v1/kitchen-sink/a/1?",
  "/v1/books?",
  "/v1/shelves/1/books?",
  "/v1/inspect?",
  "/v1/isbn/1?",
];

/** Query strings on methods without a body. */
export const query: FuzzTarget<QueryInput> = {
  name: "query",
  generate: (dice) => ({ targets: dice.list(1, 6, () => randomTarget(dice)) }),
  async open() {
    const upstream = await startEchoUpstream();
    const gateway = await startGatewayUnderTest(upstream.port);
    return {
      async run({ targets }) {
        const heads = targets.map((text, index) => request(text, index === targets.length - 1));
        const asked = await gateway.ask([heads.join("")]);
        if (!asked.ok) return asked.problem;
        const { answers } = asked;
        const hasEnded = answers.at(-1)?.headers.get("connection") === "close";
        if (answers.length !== targets.length && !hasEnded)
          return `${answers.length} answers to ${targets.length} requests`;
        return undefined;
      },
      async close() {
        await gateway.close();
        await upstream.stop();
      },
    };
  },
};

function request(target: string, isLast: boolean): string {
  // What would end the request line would make it another request: that is what the target "raw" is for.
  const plain = target.replaceAll(/[^\x21-\x7e]/g, (letter) => encodeURIComponent(letter));
  const end = isLast ? "Connection: close\r\n" : "";
  return `GET ${plain} HTTP/1.1\r\nHost: gateway\r\n${end}\r\n`;
}

function randomTarget(dice: Dice): string {
  const parameter = (): string =>
    `${dice.pick(names)}=${encodeURIComponent(dice.pick(looseTexts))}`;
  const count = dice.chance(0.98)
    ? dice.below(dice.pick([2, 3, 7]))
    : dice.pick([255, 256, 257, 600]);
  const text = Array.from({ length: count }, parameter).join("&");
  const changed = dice.chance(0.4) ? mutate(dice, text, tokens) : text;
  return (dice.pick(prefixes) + changed).slice(0, 9000);
}
