import assert from "node:assert/strict";
import { createServer } from "node:net";
import { suite, test } from "node:test";
import { ask } from "../admin/setup.ts";
import { startTestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const top = "admin: { listen: 127.0.0.1:0 }";

suite("the admin listener of a gateway", () => {
  test("is not there unless it is configured", async () => {
    const gateway = await startTestGateway();
    assert.equal(gateway.gateway.adminAddress, undefined);
    await gateway.stop();
  });

  test("A-26: nothing of it is on a public listener", async () => {
    const gateway = await startTestGateway({ top });
    try {
      for (const path of [
        "/healthz",
        "/readyz",
        "/clusters",
        "/config",
        "/metrics",
        "/log-level",
      ]) {
        assert.equal((await send(gateway.port, "GET", path)).status, 404, path);
      }
    } finally {
      await gateway.stop();
    }
  });

  test("shows clusters, routes, configuration and meters as they are", async () => {
    const gateway = await startTestGateway({ top });
    const address = gateway.gateway.adminAddress ?? "";
    try {
      await send(gateway.port, "GET", "/v1/shelves");
      const { clusters } = JSON.parse((await ask(address, "GET", "/clusters")).text) as {
        clusters: { name: string; endpoints: { state: string; connections: number }[] }[];
      };
      assert.deepEqual(
        clusters.map(({ name, endpoints }) => [
          name,
          endpoints[0]?.state,
          endpoints[0]?.connections,
        ]),
        [["library", "ready", 1]],
      );
      const { routes } = JSON.parse((await ask(address, "GET", "/routes")).text) as {
        routes: { path: string }[];
      };
      assert.deepEqual(
        routes.find(({ path }) => path === "/v1/shelves"),
        {
          listener: "public",
          method: "GET",
          path: "/v1/shelves",
          rpc: "library.v1.LibraryService/ListShelves",
          streaming: "unary",
          cluster: "library",
        },
      );
      const config = JSON.parse((await ask(address, "GET", "/config")).text) as {
        document: { admin: unknown };
      };
      assert.deepEqual(config.document.admin, { listen: "127.0.0.1:0" });
      const { text } = await ask(address, "GET", "/metrics");
      assert.match(
        text,
        /^diglot_requests_total\{code="OK",listener="public",route="\/v1\/shelves",rpc="library\.v1\.LibraryService\/ListShelves"\} 1$/m,
      );
      assert.match(text, /^diglot_event_loop_delay_seconds\{quantile="0\.99"\} [\d.e-]+$/m);
    } finally {
      await gateway.stop();
    }
  });

  test("is ready while the gateway serves, and answers while it drains", async () => {
    const gateway = await startTestGateway({ top });
    const address = gateway.gateway.adminAddress ?? "";
    assert.equal((await ask(address, "GET", "/readyz")).status, 200);
    const slow = send(gateway.port, "GET", "/v1/sleep/0.5s");
    while (gateway.backend.requestCount() === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const stopped = gateway.gateway.stop();
    const { status, text } = await ask(address, "GET", "/readyz");
    assert.deepEqual([status, JSON.parse(text)], [503, { ready: false, state: "draining" }]);
    assert.equal((await ask(address, "GET", "/healthz")).status, 200);
    assert.equal((await slow).status, 200);
    await stopped;
    await assert.rejects(ask(address, "GET", "/healthz"), { code: "ECONNREFUSED" });
    await gateway.backend.stop();
  });

  test("a port that is taken stops the start, by its name", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const taken = other.address();
    assert.ok(typeof taken === "object" && taken !== null);
    await assert.rejects(
      startTestGateway({ top: `admin: { listen: "127.0.0.1:${taken.port}" }` }),
      /admin: 127\.0\.0\.1:\d+ is in use by another process/,
    );
    other.close();
  });

  test("is closed again when a listener cannot be bound", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const taken = other.address();
    assert.ok(typeof taken === "object" && taken !== null);
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const place = free.address();
    assert.ok(typeof place === "object" && place !== null);
    await new Promise((resolve) => free.close(resolve));
    const admin = `127.0.0.1:${place.port}`;
    await assert.rejects(
      startTestGateway({
        top: `admin: { listen: "${admin}" }`,
        listen: `127.0.0.1:${taken.port}`,
      }),
      /listener public: 127\.0\.0\.1:\d+ is in use/,
    );
    await assert.rejects(ask(admin, "GET", "/healthz"), { code: "ECONNREFUSED" });
    other.close();
  });
});
