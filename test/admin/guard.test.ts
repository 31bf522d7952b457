import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { adminReasons } from "../../src/admin/refusal.ts";
import { reasonOf, startTestAdmin, type TestAdmin } from "./setup.ts";

const token = "correct-horse-battery";
let admin: TestAdmin;
let closed: TestAdmin;
before(async () => {
  admin = await startTestAdmin({ token, hosts: ["gateway.internal"] });
  closed = await startTestAdmin();
});
after(() => Promise.all([admin.server.stop(), closed.server.stop()]));

suite("A-26: the host that is asked for", () => {
  for (const host of [
    "localhost",
    "LOCALHOST:9901",
    "127.0.0.1:9901",
    "10.1.2.3",
    "[::1]:9901",
    "gateway.internal",
    "Gateway.Internal:80",
  ]) {
    test(`${host} is ours`, async () => {
      assert.equal((await admin.ask("GET", "/clusters", { host })).status, 200);
    });
  }
  for (const host of [
    "evil.example",
    "evil.example:9901",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "0x7f000001",
    "2130706433",
    "127.1",
    "gateway.internal.",
    "[evil]",
    "localhost@evil.example",
    "evil.example#localhost",
  ]) {
    test(`${host} could be a page's that points at this machine`, async () => {
      for (const path of ["/clusters", "/metrics", "/", "/none"]) {
        const answer = await admin.ask("GET", path, { host });
        assert.ok([400, 403].includes(answer.status), `${path} is ${answer.status}`);
        assert.ok(
          ["HOST_REFUSED", "INVALID_REQUEST"].includes(reasonOf(answer) ?? ""),
          answer.text,
        );
      }
    });
  }
});

suite("A-26: the page that asks", () => {
  const host = "127.0.0.1:9901";
  const rows: readonly (readonly [
    name: string,
    headers: Record<string, string>,
    status: number,
  ])[] = [
    ["none, as curl", {}, 200],
    ["our own", { origin: `http://${host}` }, 200],
    ["our own, through a TLS proxy", { origin: `https://${host}` }, 200],
    ["a person who typed the address", { "sec-fetch-site": "none" }, 200],
    ["our own, by fetch metadata", { "sec-fetch-site": "same-origin" }, 200],
    ["another origin", { origin: "https://evil.example" }, 403],
    ["another port of this machine", { origin: "http://127.0.0.1:3000" }, 403],
    ["an opaque origin", { origin: "null" }, 403],
    ["an image of another site, which has no origin", { "sec-fetch-site": "cross-site" }, 403],
    ["a link from another host of our site", { "sec-fetch-site": "same-site" }, 403],
  ];
  for (const [name, headers, want] of rows) {
    test(`${name} is ${want}`, async () => {
      const answer = await admin.ask("GET", "/config", { host, ...headers });
      assert.equal(answer.status, want);
      if (want === 403) assert.equal(reasonOf(answer), "ORIGIN_REFUSED");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    });
  }
});

suite("A-26: what changes something", () => {
  const json = { "content-type": "application/json" };
  const good = { ...json, authorization: `Bearer ${token}` };
  const debug = '{"level":"debug"}';

  const rows: readonly (readonly [
    name: string,
    headers: Record<string, string>,
    body: string,
    status: number,
    reason: string,
  ])[] = [
    ["without a token", json, debug, 401, "TOKEN_MISSING"],
    ["with a wrong one", { ...json, authorization: "Bearer wrong" }, debug, 401, "TOKEN_WRONG"],
    [
      "with a part of it",
      { ...json, authorization: `Bearer ${token.slice(0, -1)}` },
      debug,
      401,
      "TOKEN_WRONG",
    ],
    [
      "with more than it",
      { ...json, authorization: `Bearer ${token}x` },
      debug,
      401,
      "TOKEN_WRONG",
    ],
    [
      "by another scheme",
      { ...json, authorization: `Basic ${token}` },
      debug,
      401,
      "TOKEN_MISSING",
    ],
    [
      "from another page",
      { ...good, origin: "https://evil.example" },
      debug,
      403,
      "ORIGIN_REFUSED",
    ],
    ["as a form", { ...good, "content-type": "text/plain" }, debug, 400, "INVALID_REQUEST"],
    ["with a word that is none", good, '{"level":"loud"}', 400, "INVALID_REQUEST"],
    ["with no JSON", good, "{", 400, "INVALID_REQUEST"],
    ["with a list", good, "[]", 400, "INVALID_REQUEST"],
    ["with too much", good, `{"level":"${"x".repeat(5000)}"}`, 413, "BODY_TOO_LARGE"],
  ];
  for (const [name, headers, body, status, reason] of rows) {
    test(`${name} is ${status}, and nothing changes`, async () => {
      const answer = await admin.ask("POST", "/log-level", headers, body);
      assert.deepEqual([answer.status, reasonOf(answer)], [status, reason]);
      assert.equal(admin.views.logLevel?.get(), "info");
    });
  }

  test("is refused wholly where no token is configured", async () => {
    const answer = await closed.ask("POST", "/log-level", good, debug);
    assert.deepEqual([answer.status, reasonOf(answer)], [403, "NO_TOKEN_CONFIGURED"]);
    assert.equal(closed.views.logLevel?.get(), "info");
  });

  test("is done with the token", async () => {
    const answer = await admin.ask("POST", "/log-level", good, debug);
    assert.deepEqual(
      [answer.status, JSON.parse(answer.text)],
      [200, { level: "debug", levels: ["debug", "info"] }],
    );
    assert.equal(admin.views.logLevel?.get(), "debug");
  });
});

test("docs/operations.md lists every reason of the admin API, and no other", () => {
  const page = readFileSync("docs/operations.md", "utf8");
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| \d{3} \|/gm)].map(([, reason]) => reason);
  assert.deepEqual(listed, adminReasons);
});
