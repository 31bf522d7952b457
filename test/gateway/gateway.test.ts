import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { suite, test } from "node:test";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { startGateway } from "../../src/gateway/index.ts";
import { createHandler, type Outcome } from "../../src/http/index.ts";
import { quiet, startTestGateway, testConfig } from "../support/gateway.ts";
import { reasonOf, send } from "../support/http-client.ts";

suite("gateway", () => {
  test("starts whole or not at all: a port that is taken names its listener", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const text = testConfig(1).replace(
      "listeners:",
      `listeners:\n  first: { listen: 127.0.0.1:0 }\n  second: { listen: 127.0.0.1:${address.port} }`,
    );
    const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
    assert.ok(loaded.ok);
    const started = await startGateway(loaded.value, {
      clock: systemClock,
      random: systemRandom,
      logger: quiet,
      accessLog: { write: () => undefined },
    });
    other.close();
    assert.deepEqual(started, {
      ok: false,
      error: {
        kind: "bind",
        message: `listener second: 127.0.0.1:${address.port} is in use by another process`,
      },
    });
  });

  test("stop lets the request in flight finish, then takes no more", async () => {
    const gateway = await startTestGateway();
    const slow = send(gateway.port, "GET", "/v1/sleep/0.2s");
    while (gateway.backend.requestCount() === 0)
      await new Promise((resolve) => setImmediate(resolve));
    const stopped = gateway.gateway.stop();
    await assert.rejects(send(gateway.port, "GET", "/v1/shelves"), { code: "ECONNREFUSED" });
    const answer = await slow;
    assert.deepEqual([answer.status, answer.headers.connection], [200, "close"]);
    await stopped;
    assert.deepEqual(gateway.events.slice(-2), ["gateway.draining", "gateway.stopped"]);
    await gateway.backend.stop();
  });

  test("U-22: a client that goes away is 499 in the access log", async () => {
    const gateway = await startTestGateway();
    try {
      const controller = new AbortController();
      const asked = fetch(`${gateway.url}/v1/sleep/5s`, { signal: controller.signal });
      while (gateway.backend.requestCount() === 0)
        await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      await assert.rejects(asked);
      while (gateway.records.length === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(
        [gateway.records[0]?.status, gateway.records[0]?.reason],
        [499, "CLIENT_CLOSED"],
      );
    } finally {
      await gateway.stop();
    }
  });

  test("access_log: false writes no record", async () => {
    const gateway = await startTestGateway({ listener: "access_log: false" });
    try {
      assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 200);
      assert.deepEqual(gateway.records, []);
    } finally {
      await gateway.stop();
    }
  });

  test("X-07: a bug in the way of a request is 500 for it alone, with its cause in the record only", async () => {
    const gateway = await startTestGateway();
    try {
      const outcomes: Outcome[] = [];
      const handle = createHandler(
        () => {
          const snapshot = gateway.gateway.compiled.snapshots.get("public");
          assert.ok(snapshot !== undefined);
          return {
            ...snapshot,
            routes: { ...snapshot.routes, match: () => assert.fail("a secret cause") },
          };
        },
        (_, outcome) => outcomes.push(outcome),
      );
      const response = await handle({ method: "GET", path: "/" } as Parameters<typeof handle>[0]);
      assert.equal(response.status, 500);
      assert.ok(response.body instanceof Uint8Array);
      assert.doesNotMatch(Buffer.from(response.body).toString(), /secret/);
      const failure = outcomes[0]?.failure;
      assert.match(failure?.kind === "gateway" ? (failure.cause ?? "") : "", /a secret cause/);
    } finally {
      await gateway.stop();
    }
  });

  test("O-04: more requests in flight than the cluster's bound are 503", async () => {
    const gateway = await startTestGateway({ cluster: "overflow: { requests: 1 }" });
    try {
      const first = send(gateway.port, "GET", "/v1/sleep/0.3s");
      while (gateway.backend.requestCount() === 0)
        await new Promise((resolve) => setImmediate(resolve));
      const second = await send(gateway.port, "GET", "/v1/shelves");
      assert.deepEqual([second.status, reasonOf(second)], [503, "UPSTREAM_QUEUE_FULL"]);
      assert.equal((await first).status, 200);
    } finally {
      await gateway.stop();
    }
  });
});
