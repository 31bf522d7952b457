import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { addresses, type FakeCluster, fakeCluster, testCall } from "../upstream/setup.ts";
import { retry } from "./upstream-rules.ts";

const endpoints = 4;
const callEveryMs = 2.5;
/** The configuration's own defaults. */
const backoff = { baseMs: 100, maxMs: 10_000 };
const mostJitter = 1.2;

interface Second {
  readonly connects: number;
  readonly answers: number;
}

/** One second of a steady load on endpoints that refuse connections, or accept them and answer. */
async function second({ cluster, network, clock }: FakeCluster, isUp: boolean): Promise<Second> {
  const before = network.connections.length;
  let answers = 0;
  for (let now = 0; now < 1000; now += callEveryMs) {
    void cluster.call(testCall()).then(({ ok }) => {
      if (ok) answers++;
    });
    for (const connection of network.connections) {
      if (connection.isClosed) continue;
      if (!isUp) connection.lose("ECONNREFUSED");
      else if (!connection.isReady) connection.becomeReady();
      for (const stream of connection.streams) if (!stream.hasEnded) stream.answer();
    }
    clock.advance(callEveryMs);
  }
  await Promise.resolve();
  return { connects: network.connections.length - before, answers };
}

suite("U-02: all four endpoints refuse for a minute, under 400 calls a second", () => {
  test("no call waits, attempts to connect grow rare, and the return is no herd", async () => {
    const fake = fakeCluster({ endpoints: addresses(endpoints), backoff, retry });
    const down: number[] = [];
    for (let i = 0; i < 60; i++) {
      const { connects, answers } = await second(fake, false);
      assert.equal(answers, 0);
      assert.equal(fake.cluster.status().pending, 0);
      down.push(connects);
    }
    // 0, 100, 260, 516 and 926 ms, each a fifth sooner at most.
    assert.ok((down[0] ?? 0) <= endpoints * 6, `${down[0]} in the first second`);
    assert.ok(Math.max(...down.slice(1)) <= endpoints * 2, `${down}`);
    const late = down.slice(30).reduce((sum, connects) => sum + connects, 0);
    // The longest wait, a fifth sooner at most, has gone by no more than four times in half a minute.
    assert.ok(late <= endpoints * 4, `${late} in half a minute`);

    const up: Second[] = [];
    const longest = Math.ceil((backoff.maxMs * mostJitter) / 1000);
    for (let i = 0; i < longest; i++) up.push(await second(fake, true));
    assert.equal(fake.network.connections.filter(({ isClosed }) => !isClosed).length, endpoints);
    assert.equal(
      up.reduce((sum, { connects }) => sum + connects, 0),
      endpoints,
    );
    assert.equal(up.at(-1)?.answers, 400);
  });
});
