import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseConfig } from "../../src/config/index.ts";
import { problemsOf, sample, sources } from "./sample.ts";

function documentWith(tls: string, endpoints = "[127.0.0.1:50051]"): string {
  return sample({ clusters: `clusters:\n  library: { endpoints: ${endpoints}, tls: ${tls} }` });
}

async function tlsOf(text: string, endpoints?: string) {
  const loaded = await parseConfig(documentWith(text, endpoints), "etc/gateway.yaml", sources());
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.config.clusters[0]?.tls;
}

const plain = { ca: undefined, cert: undefined, key: undefined, serverName: undefined, sans: [] };

suite("tls of a cluster", () => {
  test("is off, on, or a map", async () => {
    assert.equal(await tlsOf("false"), undefined);
    assert.deepEqual(await tlsOf("true"), plain);
    assert.deepEqual(await tlsOf("{}"), plain);
  });

  test("has paths that start from the folder of the document", async () => {
    const text =
      '{ ca: ca.pem, cert: ../own.pem, key: /run/own.key, server_name: "::1", sans: ["spiffe://a/b"] }';
    assert.deepEqual(await tlsOf(text), {
      ca: "etc/ca.pem",
      cert: "own.pem",
      key: "/run/own.key",
      serverName: "::1",
      sans: ["spiffe://a/b"],
    });
  });

  test("takes service records with the name that is expected", async () => {
    const tls = await tlsOf("{ server_name: library.internal }", '["srv:///_grpc._tcp.library"]');
    assert.equal(tls?.serverName, "library.internal");
  });

  const wrong: readonly (readonly [tls: string, endpoints: string | undefined, want: string])[] = [
    ["{ cert: a.pem }", undefined, 'tls: "cert" goes with "key" only'],
    ["{ key: a.key }", undefined, 'tls: "key" goes with "cert" only'],
    ["{ ca: 1 }", undefined, "tls.ca: expected a path, got 1"],
    ["{ verify: false }", undefined, 'tls: unknown key "verify"'],
    ['"yes"', undefined, 'tls: expected true, false or a map, got "yes"'],
    [
      "{ server_name: 'https://library' }",
      undefined,
      'tls.server_name: expected a host name such as library.internal, got "https://library"',
    ],
    [
      "{ sans: ['a b'] }",
      undefined,
      'tls.sans[0]: expected a name such as library.internal or spiffe://a/library, got "a b"',
    ],
    [
      "true",
      '["srv:///_grpc._tcp.library"]',
      "endpoints[0]: with TLS, the name that certificates must be for is to be said",
    ],
    [
      "{ sans: [library] }",
      '[{ address: "srv:///_grpc._tcp.library" }]',
      "endpoints[0].address: with TLS, the name that certificates must be for is to be said",
    ],
  ];
  for (const [tls, endpoints, want] of wrong) {
    test(`refuses ${tls} of ${endpoints ?? "an address"}`, async () => {
      const [first] = (await problemsOf(documentWith(tls, endpoints))).split("\n");
      assert.equal(first, `error: clusters.library.${want}`);
    });
  }
});
