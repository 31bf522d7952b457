import type { Dice } from "../dice.ts";
import { startEchoUpstream } from "../echo-upstream.ts";
import { startGatewayUnderTest } from "../gateway-under-test.ts";
import { cutAt, mutate, randomCuts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

interface RawInput {
  /** Bytes as latin1, a request each as far as they are sound. */
  readonly requests: readonly string[];
  readonly cuts: readonly number[];
  readonly isSound: boolean;
}

const names = [
  "Host: gateway",
  "Host: a, b",
  "Host: [::1]:80",
  "Host:",
  "Connection: close",
  "Connection: keep-alive, close",
  "Connection: upgrade, http2-settings",
  "Connection: authorization",
  "Upgrade: h2c",
  "Upgrade: websocket",
  "HTTP2-Settings: AAMAAABkAAQAAP__",
  "Expect: 100-continue",
  "Expect: 200-maybe",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding:\tchunked",
  "Transfer-Encoding : chunked",
  "Content-Length: 5",
  "Content-Length: +5",
  "Content-Length: 5, 5",
  "Content-Length: 99999999999999999999",
  "Content-Length: 300000",
  "Content-Encoding: gzip",
  "Content-Encoding: br",
  "Content-Type: text/plain",
  "Content-Type: application/json; charset=utf-16",
  "Accept: text/event-stream",
  "Accept-Encoding: gzip",
  "Trailer: x-a",
  "TE: trailers",
  "X-Http-Method-Override: DELETE",
  "grpc-timeout: 1m",
  "grpc-timeout: 99999999999n",
  "x-a-bin: !!!",
  "x-a: \x01",
  "x-a: \xe9",
  "__proto__: a",
  ": a",
  " folded",
  "no colon",
  `x-large: ${"a".repeat(17_000)}`,
  `Cookie: ${"a=b; ".repeat(900)}`,
];
const lines = [
  "GET /v1/kitchen-sink HTTP/1.1",
  "HEAD /v1/kitchen-sink HTTP/1.1",
  "OPTIONS /v1/kitchen-sink HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "GET http://gateway/v1/kitchen-sink HTTP/1.1",
  "GET http://other/v1/kitchen-sink HTTP/1.1",
  "GET /v1/kitchen-sink HTTP/1.0",
  "GET /v1/kitchen-sink HTTP/2.0",
  "GET /v1/kitchen-sink HTTP/0.9",
  "GET /v1/kitchen-sink",
  "PRI * HTTP/2.0",
  "CONNECT gateway:80 HTTP/1.1",
  "TRACE / HTTP/1.1",
  "REPORT /v1/kitchen-sink HTTP/1.1",
  "POST /v1/kitchen-sink:echo HTTP/1.1",
  "PUT /v1/kitchen-sink/%2e%2e HTTP/1.1",
  "get /v1/kitchen-sink HTTP/1.1",
  `GET /v1/${"a".repeat(9000)} HTTP/1.1`,
];
const tokens = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\0",
  " ",
  "\t",
  ":",
  ",",
  ";",
  "0\r\n\r\n",
  "HTTP/1.1",
  "chunked",
  "5\r\nabcde\r\n",
  "-1\r\n",
  "ffffffffffffffffff\r\n",
  "0x5\r\n",
  ";a=b",
  `;${"a".repeat(20_000)}`,
  "\x80",
  "\xff",
  "GET / HTTP/1.1\r\n",
  ...names.slice(0, 24).map((header) => `${header}\r\n`),
];
const sentinel = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n";

/** Requests as bytes, sound or not, in one row and cut anywhere. */
export const raw: FuzzTarget<RawInput> = {
  name: "raw",
  generate: (dice) => {
    const isSound = dice.chance(0.3);
    return {
      requests: dice.list(1, 4, () => (isSound ? sound(dice) : strange(dice))),
      cuts: randomCuts(dice, 6),
      isSound,
    };
  },
  async open() {
    const upstream = await startEchoUpstream();
    const gateway = await startGatewayUnderTest(upstream.port);
    return {
      async run({ requests, cuts, isSound }) {
        const bytes = requests.join("") + sentinel;
        const asked = await gateway.ask(cutAt(bytes, cuts), {
          mayOmitBodies: bytes.includes("HEAD"),
          // What is sound ends by itself; hurrying it would lose answers on a busy machine.
          ...(isSound ? {} : { endAfterQuietMs: 25 }),
        });
        if (!asked.ok) return asked.problem;
        const final = asked.answers.filter(({ status }) => status >= 200);
        if (final.length > requests.length * 2 + 8) return `${final.length} answers`;
        if (!isSound) return undefined;
        if (final.some(({ status }) => status !== 200)) return "a sound request is refused";
        // A request that expects 100 behind another may end the connection, with its answer.
        const mayEnd = requests.slice(1).some((request) => request.includes("Expect:"));
        if (mayEnd && final.at(-1)?.headers.get("connection") === "close") return undefined;
        return final.length === requests.length + 1 ? undefined : "not every request is answered";
      },
      async close() {
        await gateway.close();
        await upstream.stop();
      },
    };
  },
};

function sound(dice: Dice): string {
  if (dice.chance(0.4)) {
    const line = dice.pick(["GET", "HEAD"]);
    return `${line} /v1/kitchen-sink?fInt32=${dice.below(9)} HTTP/1.1\r\nHost: gateway\r\n\r\n`;
  }
  const body = `{"fString":"${"a".repeat(dice.size([1000, 60_000]))}"}`;
  const expect = dice.chance(0.1) ? "Expect: 100-continue\r\n" : "";
  const head = `POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\n${expect}`;
  if (dice.chance(0.4)) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(dice, body)}`;
}

/** A body in chunks of random sizes, with extensions and trailers now and then. */
function chunked(dice: Dice, body: string): string {
  const places = dice.list(0, 5, () => dice.below(1000) / 1000);
  const chunks = cutAt(body, places).map((chunk) => {
    const extension = dice.chance(0.2) ? dice.pick([";a=b", ";a", ';a="b"']) : "";
    const size = chunk.length.toString(16);
    return `${dice.chance(0.5) ? size : size.toUpperCase()}${extension}\r\n${chunk}\r\n`;
  });
  return `${chunks.join("")}0\r\n${dice.chance(0.2) ? "x-a: b\r\n" : ""}\r\n`;
}

function strange(dice: Dice): string {
  let text = sound(dice);
  if (dice.chance(0.5)) {
    const headers = [
      dice.chance(0.8) ? "Host: gateway" : "",
      ...dice.list(0, 4, () => dice.pick(names)),
    ];
    const head = [dice.pick(lines), ...headers.filter((header) => header !== "")].join("\r\n");
    text = `${head}\r\n\r\n${dice.pick(["", "", "hello", "5\r\nhello\r\n0\r\n\r\n", '{"a":1}'])}`;
  }
  return dice.chance(0.7) ? mutate(dice, text, tokens) : text;
}
