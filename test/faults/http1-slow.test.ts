import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import { seededRandom } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { type Gateway, startGateway } from "../../src/gateway/index.ts";
import { BodyWatch, type WatchedBody } from "../../src/listener/body-watch.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { testConfig } from "../support/gateway.ts";
import { statusOf } from "../support/raw-http.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";
import { type BothSides, connectBothSides } from "./server-side.ts";

/** A body that comes as a test says. */
interface ScriptedBody extends WatchedBody {
  receivedBytes: number;
  /** When it was found too slow, in ms since it was waited for. */
  readonly foundAt: number[];
}

function bodyOf(clock: FakeClock, change: Partial<WatchedBody> = {}): ScriptedBody {
  const waitingSince = clock.now();
  const foundAt: number[] = [];
  return {
    waitingSince,
    receivedBytes: 0,
    withinMs: 60_000,
    minBytesPerSecond: 500,
    onTooSlow: () => foundAt.push(clock.now() - waitingSince),
    foundAt,
    ...change,
  };
}

/** Bytes in each second, counted from 1. */
type Rate = (second: number) => number;

interface PaceRow {
  readonly name: string;
  readonly rate: Rate;
  readonly change?: Partial<WatchedBody>;
  /** When the body is found too slow, in ms. */
  readonly want: number;
}

suite("H1-48: the pace of bodies", () => {
  const rows: readonly PaceRow[] = [
    { name: "of a byte a second is found at 6 s", rate: () => 1, want: 6000 },
    { name: "of which nothing comes is found at 6 s", rate: () => 0, want: 6000 },
    {
      name: "of 500 B/s behind the grace lives until its time is up",
      rate: (second) => (second > 5 ? 500 : 0),
      want: 60_000,
    },
    {
      name: "of 499 B/s behind the grace is found at 6 s",
      rate: (second) => (second > 5 ? 499 : 0),
      want: 6000,
    },
    {
      name: "that begins with 5000 bytes lives on them for 10 s behind the grace",
      rate: (second) => (second === 1 ? 5000 : 0),
      want: 16_000,
    },
    {
      name: "may come at any rate where none is asked for, until its time is up",
      rate: () => 0,
      change: { minBytesPerSecond: 0 },
      want: 60_000,
    },
    {
      name: "must be whole in time, however fast it comes",
      rate: () => 1_000_000,
      change: { withinMs: 10_000 },
      want: 10_000,
    },
    {
      name: "is found within a second of its time",
      rate: () => 1_000_000,
      change: { withinMs: 300 },
      want: 1000,
    },
  ];
  for (const { name, rate, change, want } of rows) {
    test(`H1-48: a body ${name}`, () => {
      const clock = new FakeClock();
      const watch = new BodyWatch(clock);
      const body = bodyOf(clock, change);
      watch.add(body);
      for (let second = 1; second <= 90; second++) {
        body.receivedBytes += rate(second);
        clock.advance(1000);
      }
      assert.deepEqual(body.foundAt, [want], "found once, and then");
      assert.equal(clock.timerCount, 0);
    });
  }

  test("H1-48: one timer serves all bodies, and ends behind the last of them", () => {
    const clock = new FakeClock();
    const watch = new BodyWatch(clock);
    const bodies = Array.from({ length: 3 }, () => bodyOf(clock));
    for (const body of bodies) watch.add(body);
    assert.equal(clock.timerCount, 1);
    for (const body of bodies) watch.remove(body);
    clock.advance(60_000);
    assert.deepEqual(
      bodies.flatMap(({ foundAt }) => foundAt),
      [],
    );
    assert.equal(clock.timerCount, 0);
    watch.add(bodyOf(clock));
    assert.equal(clock.timerCount, 1);
  });

  test("H1-48: a body that another one's end adds or removes is looked at no sooner and no more", () => {
    const clock = new FakeClock();
    const watch = new BodyWatch(clock);
    const removed = bodyOf(clock);
    const added: ScriptedBody[] = [];
    const first = {
      ...bodyOf(clock),
      onTooSlow: () => {
        watch.remove(removed);
        const body = bodyOf(clock);
        added.push(body);
        watch.add(body);
      },
    };
    watch.add(first);
    watch.add(removed);
    clock.advance(6000);
    assert.deepEqual([removed.foundAt, added[0]?.foundAt], [[], []]);
    clock.advance(6000);
    assert.deepEqual([removed.foundAt, added[0]?.foundAt], [[], [6000]]);
  });
});

/** Asks again until the answer is yes. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** All that comes until the other side ends. */
function readToEnd({ client }: BothSides): {
  readonly text: () => string;
  readonly ended: Promise<void>;
} {
  const chunks: Buffer[] = [];
  client.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
  return { text: () => Buffer.concat(chunks).toString("latin1"), ended };
}

const post =
  "POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n";

suite("H1-48: a slow body before the gateway", () => {
  const clock = new FakeClock();
  let upstream: ScriptedUpstream;
  let gateway: Gateway;
  let port = 0;
  before(async () => {
    upstream = await startScriptedUpstream();
    upstream.answer = { trailers: { "grpc-status": "0" } };
    const text = testConfig(upstream.port, {
      listener: "limits: { min_rate: 500B, request: 30s }",
    });
    const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
    assert.ok(loaded.ok);
    const quiet = () => undefined;
    const started = await startGateway(loaded.value, {
      clock,
      random: seededRandom(1),
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      accessLog: { write: quiet },
    });
    assert.ok(started.ok);
    gateway = started.value;
    port = Number(/\d+$/.exec(gateway.addresses.get("public") ?? "")?.[0]);
  });
  after(async () => {
    const stopped = gateway.stop();
    clock.advance(60_000);
    await stopped;
    await upstream.stop();
  });

  /** Sends the beginning of a request and waits until its body is waited for. */
  async function begin(bytes: string): Promise<BothSides & ReturnType<typeof readToEnd>> {
    const sides = await connectBothSides(port);
    const timers = clock.timerCount;
    sides.client.write(bytes);
    await until(() => clock.timerCount > timers);
    return { ...sides, ...readToEnd(sides) };
  }

  const slow = [
    { name: "of a declared length", head: `${post}Content-Length: 100\r\n\r\n`, byte: "{" },
    {
      name: "in chunks",
      head: `${post}Transfer-Encoding: chunked\r\n\r\n`,
      byte: "1\r\n{\r\n",
    },
  ];
  for (const { name, head, byte } of slow) {
    test(`H1-48: a body ${name}, a byte a second, is 408 at 6 s, and the connection ends`, async () => {
      const calls = upstream.heads.length;
      const { client, text, ended } = await begin(head);
      for (let second = 1; second <= 5; second++) {
        client.write(byte);
        clock.advance(1000);
      }
      // An exchange of another client's goes through the same gateway behind it.
      const other = await connectBothSides(port);
      const answer = readToEnd(other);
      other.client.write("GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      await answer.ended;
      assert.equal(statusOf(answer.text()), 404);
      assert.equal(text(), "", "5 s are the grace");
      clock.advance(1000);
      await until(() => text().includes("\r\n\r\n{"));
      assert.equal(statusOf(text()), 408);
      assert.match(text(), /\r\nconnection: close\r\n/i);
      assert.match(text(), /"reason":"REQUEST_TIMEOUT"/);
      clock.advance(1000);
      await ended;
      assert.equal(upstream.heads.length, calls, "nothing went up");
    });
  }

  test("H1-48: a body that is fast enough but not whole within limits.request is 408", async () => {
    const bytes = 100_000;
    const { client, server, text, ended } = await begin(`${post}Content-Length: ${bytes}\r\n\r\n`);
    const headBytes = server.bytesRead;
    client.write(" ".repeat(bytes - 1));
    await until(() => server.bytesRead === headBytes + bytes - 1);
    clock.advance(29_000);
    clock.advance(1000);
    await until(() => text().includes("\r\n\r\n{"));
    assert.equal(statusOf(text()), 408);
    clock.advance(1000);
    await ended;
  });

  test("H1-48: a body that pauses within the grace is served", async () => {
    const { client, text, ended } = await begin(
      `${post}Connection: close\r\nContent-Length: 2\r\n\r\n{`,
    );
    clock.advance(5000);
    client.write("}");
    await ended;
    assert.equal(statusOf(text()), 200);
  });
});
