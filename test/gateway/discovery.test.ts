import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { startExampleServer } from "../../example/server.ts";
import { systemClock } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compileConfig, uncalledClusters } from "../../src/gateway/index.ts";
import { startTestGateway, testConfig } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

suite("endpoints that are found", () => {
  test("in a file: they change while requests run, and no request fails", async () => {
    const path = join(makeTemporaryFolder("endpoints"), "endpoints.yaml");
    const second = await startExampleServer({ port: 0 });
    const third = await startExampleServer({ port: 0 });
    writeFileSync(path, `- 127.0.0.1:${second.port}\n`);
    const gateway = await startTestGateway({ endpoints: `["file:${path}"]` });
    try {
      const statuses = new Map<number, number>();
      const isDone = { value: false };
      const client = async (): Promise<void> => {
        while (!isDone.value) {
          const { status } = await send(gateway.port, "GET", "/v1/shelves");
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      const clients = [client(), client(), client(), client()];
      await until(() => second.requestCount() > 0);
      writeFileSync(path, `- { address: "127.0.0.1:${third.port}", weight: 2 }\n`);
      await until(() => third.requestCount() > 0);
      const left = second.requestCount();
      writeFileSync(path, "- nonsense");
      await until(() => gateway.events.includes("endpoints.undiscovered"));
      writeFileSync(`${path}.new`, JSON.stringify([`127.0.0.1:${gateway.backend.port}`]));
      renameSync(`${path}.new`, path);
      await until(() => gateway.backend.requestCount() > 0);
      isDone.value = true;
      await Promise.all(clients);
      assert.deepEqual([...statuses.keys()], [200]);
      assert.ok(second.requestCount() - left <= 4, "one that left gets no new calls");
      assert.equal(gateway.events.filter((event) => event === "endpoints.discovered").length, 3);
      assert.equal(gateway.events.filter((event) => event === "endpoints.undiscovered").length, 1);
    } finally {
      await gateway.stop();
      await second.stop();
      await third.stop();
    }
  });

  test("by name: every address of it is an endpoint, and one that answers is enough", async () => {
    const gateway = await startTestGateway({ endpoints: '["dns:///localhost:PORT"]' });
    try {
      assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 200);
      assert.ok(gateway.events.includes("endpoints.discovered"));
    } finally {
      await gateway.stop();
    }
  });

  test("are not asked for where a configuration is only compiled, as by `diglot check`", async () => {
    const endpoints =
      '["dns:///no.such.name.invalid:1", "srv:///_grpc._tcp.invalid", "file:/nowhere/endpoints.yaml"]';
    const text = testConfig(1, { endpoints });
    const loaded = await parseConfig(text, "test.yaml", {
      readFile: () => Promise.reject(new Error("no file is read")),
      env: {},
    });
    assert.ok(loaded.ok);
    const clusters = uncalledClusters(loaded.value.config);
    assert.ok((await compileConfig(loaded.value, { clock: systemClock, clusters })).ok);
  });

  test("in a file that is not there: 503 at once, and it is logged", async () => {
    const path = join(makeTemporaryFolder("endpoints"), "none.yaml");
    const gateway = await startTestGateway({ endpoints: `["file:${path}"]` });
    try {
      assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 503);
      assert.ok(gateway.events.includes("endpoints.undiscovered"));
    } finally {
      await gateway.stop();
    }
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
