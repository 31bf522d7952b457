import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { ServerCredentials } from "@grpc/grpc-js";
import { startExampleServer } from "../../example/server.ts";
import { systemClock } from "../../src/base/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import { compileConfig, uncalledClusters } from "../../src/gateway/index.ts";
import { type CertificateName, certificate, certificatePaths } from "../support/certificates.ts";
import { startTestGateway, testConfig } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

function serverCredentials(name: CertificateName, trusts: CertificateName): ServerCredentials {
  const { cert, key } = certificate(name);
  return ServerCredentials.createSsl(
    certificate(trusts).cert,
    [{ cert_chain: cert, private_key: key }],
    true,
  );
}

function tlsKeys(folder: string): string {
  return [
    "tls:",
    ...Object.entries({
      ca: join(folder, "ca.pem"),
      cert: join(folder, "own.pem"),
      key: join(folder, "own.key"),
    }).map(([key, path]) => `  ${key}: ${path}`),
    "backoff: { base: 10ms, max: 50ms }",
  ].join("\n");
}

function install(folder: string, name: CertificateName): void {
  const { cert, key } = certificatePaths(name);
  copyFileSync(cert, join(folder, "own.pem"));
  copyFileSync(key, join(folder, "own.key"));
}

suite("TLS to upstreams", () => {
  test("T-08: mTLS goes through the gateway, and renewed files are used by new connections", async () => {
    const folder = makeTemporaryFolder("certificates");
    copyFileSync(certificatePaths("ca").cert, join(folder, "ca.pem"));
    install(folder, "client");
    const first = await startExampleServer({
      port: 0,
      credentials: serverCredentials("server", "ca"),
    });
    const gateway = await startTestGateway({ upstreamPort: first.port, cluster: tlsKeys(folder) });
    const of = (name: string) => gateway.events.filter((event) => event === name).length;
    try {
      assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 200);
      await first.stop();
      // A server at the same place that trusts another authority: what is shown so far is refused.
      const second = await startExampleServer({
        port: first.port,
        credentials: serverCredentials("server", "self-signed"),
      });
      try {
        assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 503);
        assert.equal(second.requestCount(), 0);
        // A pair that does not belong together is refused, once.
        writeFileSync(join(folder, "own.key"), readFileSync(certificatePaths("server").key));
        await until(() => gateway.events.includes("certificates.refused"));
        install(folder, "self-signed");
        await until(() => gateway.events.includes("certificates.renewed"));
        await until(
          () => of("endpoint.connected") > 1,
          async () => {
            await send(gateway.port, "GET", "/v1/shelves");
          },
        );
        assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 200);
        assert.deepEqual([of("certificates.refused"), of("certificates.renewed")], [1, 1]);
      } finally {
        await second.stop();
      }
    } finally {
      await gateway.stop();
    }
  });

  test("T-09: an upstream of another name is 503, and sees no request", async () => {
    const backend = await startExampleServer({
      port: 0,
      credentials: serverCredentials("elsewhere", "ca"),
    });
    const cluster = `tls: { ca: ${certificatePaths("ca").cert} }`;
    const gateway = await startTestGateway({ upstreamPort: backend.port, cluster });
    try {
      const { status } = await send(gateway.port, "GET", "/v1/shelves");
      assert.equal(status, 503);
      assert.equal(backend.requestCount(), 0);
      assert.ok(gateway.events.includes("endpoint.refused"));
    } finally {
      await gateway.stop();
      await backend.stop();
    }
  });

  test("files that cannot be used are errors at their place before anything is served", async () => {
    const { cert } = certificatePaths("client");
    const { key } = certificatePaths("server");
    const text = testConfig(1, { cluster: `tls:\n  cert: ${cert}\n  key: ${key}` });
    const loaded = await parseConfig(text, "test.yaml", {
      readFile: async () => Buffer.of(),
      env: {},
    });
    assert.ok(loaded.ok);
    const { config } = loaded.value;
    const compiled = await compileConfig(loaded.value, {
      clock: systemClock,
      clusters: uncalledClusters(config),
    });
    assert.ok(!compiled.ok);
    const line = text.split("\n").findIndex((written) => written.includes("key:")) + 1;
    assert.deepEqual(
      compiled.error.map((problem) => [problem.rule, problem.line, problem.message]),
      [["certificate", line, `clusters.library.tls.key: ${key} is not the key of ${cert}`]],
    );
  });
});

async function until(isSo: () => boolean, meanwhile: () => Promise<void> = turn): Promise<void> {
  while (!isSo()) await meanwhile();
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
