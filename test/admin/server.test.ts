import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { exchangeRaw, statusOf } from "../support/raw-http.ts";
import { reasonOf, startTestAdmin, type TestAdmin } from "./setup.ts";

const ownRequest = globalThis.Request;
let admin: TestAdmin;
before(async () => {
  admin = await startTestAdmin();
});
after(() => admin.server.stop());

suite("pages", () => {
  const rows: readonly (readonly [path: string, want: unknown])[] = [
    ["/healthz", { status: "ok" }],
    ["/readyz", { ready: true, state: "serving" }],
    [
      "/clusters",
      { clusters: [{ name: "library", endpoints: [{ address: "a:1", state: "ready" }] }] },
    ],
    ["/routes", { routes: [] }],
    ["/config", { file: "gateway.yaml", document: { version: 1 } }],
    ["/log-level", { level: "info", levels: ["debug", "info"] }],
  ];
  for (const [path, want] of rows) {
    test(`${path} is JSON that nobody keeps`, async () => {
      const { status, headers, text } = await admin.ask("GET", path);
      assert.deepEqual([status, JSON.parse(text)], [200, want]);
      assert.match(String(headers["content-type"]), /^application\/json/);
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-content-type-options"], "nosniff");
    });
  }

  test("/metrics is what Prometheus reads", async () => {
    const { headers, text } = await admin.ask("GET", "/metrics");
    assert.deepEqual([headers["content-type"], text], ["text/plain; version=0.0.4", "up 1\n"]);
  });

  test("/ links to all of them, and a page may load nothing", async () => {
    const { headers, text } = await admin.ask("GET", "/");
    assert.match(String(headers["content-type"]), /^text\/html/);
    assert.equal(headers["content-security-policy"], "default-src 'none'");
    for (const path of [...rows.map(([row]) => row), "/metrics"]) {
      assert.ok(text.includes(`<a href="${path}">`), path);
    }
  });

  test("/readyz is 503 while the gateway does not serve; /healthz stays", async () => {
    for (const state of ["starting", "draining"] as const) {
      admin.views.readiness = () => state;
      const { status, text } = await admin.ask("GET", "/readyz");
      assert.deepEqual([status, JSON.parse(text)], [503, { ready: false, state }]);
      assert.equal((await admin.ask("GET", "/healthz")).status, 200);
    }
    admin.views.readiness = () => "serving";
  });

  test("HEAD is GET without a body", async () => {
    const { status, text } = await admin.ask("HEAD", "/readyz");
    assert.deepEqual([status, text], [200, ""]);
  });

  test("errors have the one shape: no such page, not with this method", async () => {
    const none = await admin.ask("GET", "/nope");
    assert.deepEqual([none.status, reasonOf(none)], [404, "NO_SUCH_PAGE"]);
    const wrong = await admin.ask("DELETE", "/clusters");
    assert.deepEqual([wrong.status, reasonOf(wrong)], [405, "METHOD_NOT_ALLOWED"]);
    assert.equal(wrong.headers["allow"], "GET, HEAD");
  });
});

suite("a fault inside", () => {
  test("a view that throws is 500 for who asked, without its cause, and the next is answered", async () => {
    const { clusters, metrics } = admin.views;
    admin.views.clusters = () => {
      throw new Error("a secret cause");
    };
    admin.views.metrics = () => Promise.reject(new Error("another secret cause"));
    for (const path of ["/clusters", "/metrics"]) {
      const answer = await admin.ask("GET", path);
      assert.deepEqual([answer.status, reasonOf(answer)], [500, "INTERNAL"]);
      assert.doesNotMatch(answer.text, /secret/);
    }
    assert.deepEqual(admin.crashes.splice(0).map(String), [
      "Error: a secret cause",
      "Error: another secret cause",
    ]);
    Object.assign(admin.views, { clusters, metrics });
    assert.equal((await admin.ask("GET", "/clusters")).status, 200);
  });

  test("requests that are none are 400", async () => {
    const port = Number(/\d+$/.exec(admin.server.address)?.[0]);
    for (const bytes of [
      "\0\0\0\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n",
      "GET /\u0000 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ]) {
      const status = statusOf(await exchangeRaw(port, bytes));
      assert.ok(status === 400 || status === 403, `${JSON.stringify(bytes)} is ${status}`);
    }
    assert.equal((await admin.ask("GET", "/healthz")).status, 200);
  });

  test("the globals of the process stay Node's own", () => {
    assert.equal(globalThis.Request, ownRequest);
  });
});

suite("where it listens", () => {
  test("on a socket, whatever name is asked for there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "diglot-admin-"));
    const path = join(folder, "admin.sock");
    const local = await startTestAdmin({ address: { kind: "unix", path } });
    try {
      assert.equal(local.server.address, `unix:${path}`);
      assert.equal((await local.ask("GET", "/healthz", { host: "whatever.example" })).status, 200);
    } finally {
      await local.server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test("an address in use is told, not thrown", async () => {
    const port = Number(/\d+$/.exec(admin.server.address)?.[0]);
    await assert.rejects(
      startTestAdmin({ address: { kind: "tcp", host: "127.0.0.1", port } }),
      new Error(`127.0.0.1:${port} is in use by another process`),
    );
  });
});
