import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, suite, test } from "node:test";
import { runProgram } from "../../src/cli/index.ts";
import { startTestAdmin, type TestAdmin } from "../admin/setup.ts";

async function status(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "";
  let error = "";
  const code = await runProgram(["status", ...args], {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    colourOut: false,
    colourError: false,
  });
  return { code, out, error };
}

let admin: TestAdmin;
before(async () => {
  admin = await startTestAdmin();
  const clusters = [
    {
      name: "library",
      policy: "round_robin",
      inFlight: 3,
      pending: 0,
      endpoints: [
        {
          address: "127.0.0.1:50051",
          state: "ready",
          connections: 1,
          inFlight: 3,
          lastError: undefined,
        },
        {
          address: "127.0.0.1:50052",
          state: "backoff",
          connections: 0,
          inFlight: 0,
          lastError: "refused\u001b[31m\nby \u009bpeer",
        },
      ],
    },
  ];
  admin.views.clusters = () => clusters;
});
after(() => admin.server.stop());

suite("diglot status", () => {
  test("prints each cluster with its endpoints, and exits 0 while the gateway serves", async () => {
    const { code, out, error } = await status("--admin", admin.server.address);
    assert.deepEqual([code, error], [0, ""]);
    assert.deepEqual(out.split("\n"), [
      "gateway: serving",
      "",
      "cluster library, round_robin, in flight 3, pending 0",
      "  ADDRESS          STATE    CONNECTIONS  IN FLIGHT  LAST ERROR",
      "  127.0.0.1:50051  ready    1            3",
      "  127.0.0.1:50052  backoff  0            0          refused [31m by  peer",
      "",
    ]);
  });

  test("prints the same as JSON", async () => {
    const { code, out } = await status("--json", "--admin", admin.server.address);
    const shown = JSON.parse(out) as { ready: boolean; state: string; clusters: unknown };
    assert.deepEqual([code, shown.ready, shown.state], [0, true, "serving"]);
    assert.deepEqual(shown.clusters, JSON.parse(JSON.stringify(admin.views.clusters())));
  });

  test("exits 4 while the gateway starts or drains, and shows it all the same", async () => {
    admin.views.readiness = () => "draining";
    const { code, out } = await status("--admin", admin.server.address);
    admin.views.readiness = () => "serving";
    assert.equal(code, 4);
    assert.match(out, /^gateway: draining\n\ncluster library/);
  });

  test("exits 1 where nothing listens, and says what may be missing", async () => {
    for (const address of ["127.0.0.1:1", "unix:/nowhere/admin.sock"]) {
      const { code, out, error } = await status("--admin", address);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(
        error,
        /^error: .*: nothing listens there; is the gateway running, with `admin`/,
      );
    }
  });

  test("exits 1 for an address that is none", async () => {
    const { code, error } = await status("--admin", "http://localhost:9901/");
    assert.equal(code, 1);
    assert.match(error, /^error: expected an address such as 127\.0\.0\.1:9901/);
  });

  test("exits 1 where something else answers, or refuses", async () => {
    let body = "<html>";
    const server = createServer((_, response) => response.writeHead(403).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const other = await status("--admin", `127.0.0.1:${port}`);
    assert.deepEqual([other.code, other.out], [1, ""]);
    assert.match(other.error, /the answer is not JSON; is this an admin listener\?/);
    body = '{"message":"host: no"}';
    const refused = await status("--admin", `127.0.0.1:${port}`);
    assert.deepEqual([refused.code, refused.error], [1, `error: 127.0.0.1:${port}: host: no\n`]);
    server.close();
  });
});
