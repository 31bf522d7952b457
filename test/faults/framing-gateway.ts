import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { seededRandom } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { startGateway } from "../../src/gateway/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { testConfig } from "../support/gateway.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import type { FramingAnswer } from "./http1-rows.ts";

/** A gateway whose time stands still until a test moves it, so that what must end within a second can be told from what just ends. */
export interface FramingGateway {
  readonly clock: FakeClock;
  readonly port: number;
  /** Calls that went upstream so far. */
  readonly calls: () => number;
  stop(): Promise<void>;
}

/** Starts one before an upstream that answers every call with the empty message. */
export async function startFramingGateway(): Promise<FramingGateway> {
  const clock = new FakeClock();
  const upstream = await startScriptedUpstream();
  upstream.answer = { trailers: { "grpc-status": "0" } };
  const text = testConfig(upstream.port);
  const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
  assert.ok(loaded.ok);
  const quiet = () => undefined;
  const gateway = await startGateway(loaded.value, {
    clock,
    random: seededRandom(1),
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    accessLog: { write: quiet },
  });
  assert.ok(gateway.ok);
  return {
    clock,
    port: Number(/\d+$/.exec(gateway.value.addresses.get("public") ?? "")?.[0]),
    calls: () => upstream.heads.length,
    async stop() {
      const stopped = gateway.value.stop();
      clock.advance(60_000);
      await stopped;
      await upstream.stop();
    },
  };
}

/** One response of a connection. */
interface RawAnswer {
  readonly head: string;
  readonly body: string;
}

/** The responses in bytes that have come, those that are whole. All of them have a length. */
export function answersIn(bytes: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return answers;
    const head = rest.slice(0, end);
    const length = Number(/\r\ncontent-length: ([0-9]+)/i.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + length) return answers;
    answers.push({ head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}

/** How a client sends its bytes. */
export type Delivery = "at once" | "byte by byte";

/**
 * Sends bytes and gives all that comes back. The connection must end within a second of the gateway's own time
 * behind the last answer: that second passes once there are `count` answers.
 */
export async function exchangeUntilClosed(
  { port, clock }: FramingGateway,
  bytes: string,
  count: number,
  delivery: Delivery = "at once",
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  let got = "";
  let isPassed = false;
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (chunk: Buffer) => {
    got += chunk.toString("latin1");
    if (isPassed || answersIn(got).length < count) return;
    isPassed = true;
    clock.advance(1000);
  });
  const sent = Buffer.from(bytes, "latin1");
  if (delivery === "at once") socket.write(sent);
  else {
    for (let at = 0; at < sent.length && !socket.destroyed; at++) {
      socket.write(sent.subarray(at, at + 1));
      // Two turns of the loop that gateway and client share: the byte is read before the next one is sent.
      for (let turn = 0; turn < 2; turn++) await new Promise((go) => setImmediate(go));
    }
  }
  await closed;
  return got;
}

/** Checks one answer in the shape of transcoding.md §5. */
export function expectFramingFailure(answer: RawAnswer | undefined, want: FramingAnswer): void {
  assert.ok(answer !== undefined, "no answer");
  const { head, body } = answer;
  assert.match(head, /\r\ncontent-type: application\/json(\r\n|$)/i, head);
  assert.match(head, /\r\nconnection: close(\r\n|$)/i, head);
  const status = JSON.parse(body) as {
    code: number;
    message: string;
    details: { "@type": string; reason?: string; domain?: string }[];
  };
  const [detail, ...more] = status.details;
  assert.deepEqual(
    [head.slice(0, 12), status.code, detail?.reason],
    [`HTTP/1.1 ${want.status}`, want.code, want.reason],
    status.message,
  );
  assert.deepEqual([detail?.["@type"], detail?.domain], [errorInfo, "diglot"]);
  assert.deepEqual(more, []);
  assert.ok(status.message.length > 0 && body.length < 400, "nothing of the input is given back");
}

const errorInfo = "type.googleapis.com/google.rpc.ErrorInfo";
