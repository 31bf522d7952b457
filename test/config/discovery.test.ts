import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ClusterConfig } from "../../src/config/index.ts";
import { jsonSchema, parseConfig, parseEndpoints } from "../../src/config/index.ts";
import { load, problemsOf, sample, sources } from "./sample.ts";

const traits = { weight: 1, locality: "", priority: 0, metadata: {} };

function documentWith(endpoints: string, keys = ""): string {
  return sample({ clusters: `clusters:\n  library: { endpoints: ${endpoints}${keys} }` });
}

async function clusterWith(endpoints: string, keys = ""): Promise<ClusterConfig> {
  const [cluster] = (await load(documentWith(endpoints, keys))).config.clusters;
  assert.ok(cluster !== undefined);
  return cluster;
}

suite("endpoints that are found", () => {
  test("stand beside those that are always there", async () => {
    const cluster = await clusterWith(
      '[10.0.0.1:1, "dns:///library.internal:50051", "srv:///_grpc._tcp.library.internal", "file:./endpoints.yaml"]',
    );
    assert.deepEqual(cluster.endpoints, [
      { address: { kind: "tcp", host: "10.0.0.1", port: 1 }, ...traits },
    ]);
    assert.deepEqual(cluster.discovery, [
      { kind: "dns", host: "library.internal", port: 50051, traits },
      { kind: "srv", service: "_grpc._tcp.library.internal", traits },
      { kind: "file", path: "endpoints.yaml" },
    ]);
    assert.equal(cluster.dnsRefreshMs, 60_000);
  });

  test("may be all there is", async () => {
    assert.deepEqual((await clusterWith('["dns:///library:1"]')).endpoints, []);
  });

  test("have what their map says", async () => {
    const { discovery } = await clusterWith(
      '[{ address: "dns:///[::1]:7", weight: 3, locality: a, priority: 2, metadata: { v: "1" } }]',
    );
    assert.deepEqual(discovery, [
      {
        kind: "dns",
        host: "::1",
        port: 7,
        traits: { weight: 3, locality: "a", priority: 2, metadata: { v: "1" } },
      },
    ]);
  });

  test("are asked for as often as dns.refresh says", async () => {
    const cluster = await clusterWith('["dns:///library:1"]', ", dns: { refresh: 5m }");
    assert.equal(cluster.dnsRefreshMs, 300_000);
  });

  test("are in a file whose path starts from the folder of the document", async () => {
    const text = documentWith('["file:./endpoints.yaml", "file:/run/endpoints.json"]');
    const loaded = await parseConfig(text, "etc/gateway.yaml", sources());
    assert.ok(loaded.ok);
    assert.deepEqual(loaded.value.config.clusters[0]?.discovery, [
      { kind: "file", path: "etc/endpoints.yaml" },
      { kind: "file", path: "/run/endpoints.json" },
    ]);
  });

  const name = "expected a name such as dns:///library.internal:50051, got";
  const service = "expected a service such as srv:///_grpc._tcp.library.internal, got";
  const file = "expected a file of endpoints such as file:./endpoints.yaml, got";
  const wrong: readonly (readonly [endpoints: string, keys: string, want: string])[] = [
    ['["dns:library:1"]', "", `endpoints[0]: ${name} "dns:library:1"`],
    ['["dns://8.8.8.8/library:1"]', "", `endpoints[0]: ${name} "dns://8.8.8.8/library:1"`],
    ['["dns:///library"]', "", `endpoints[0]: ${name} "dns:///library"`],
    ['["dns:///unix:a"]', "", `endpoints[0]: ${name} "dns:///unix:a"`],
    [
      '["dns:///library:0"]',
      "",
      'endpoints[0]: expected a port from 1 to 65535, got "dns:///library:0"',
    ],
    ['["srv:///library.internal"]', "", `endpoints[0]: ${service} "srv:///library.internal"`],
    ['["srv:///_grpc._tcp.a:1"]', "", `endpoints[0]: ${service} "srv:///_grpc._tcp.a:1"`],
    ['["file:"]', "", `endpoints[0]: ${file} "file:"`],
    ['["file:///endpoints.yaml"]', "", `endpoints[0]: ${file} "file:///endpoints.yaml"`],
    [
      '[{ address: "file:a.yaml", weight: 2 }]',
      "",
      "endpoints[0].address: a file says of each of its endpoints what this map says",
    ],
    [
      '[{ address: "srv:///_grpc._tcp.a", weight: 2 }]',
      "",
      "endpoints[0].weight: the records of a service say the weight of each endpoint",
    ],
    ['["dns:///a:1", "dns:///a:1"]', "", "endpoints[1]: this endpoint is in the list already"],
    ['["dns:///a:1"]', ", dns: { refresh: 1s }", 'dns.refresh: expected from 30s to 24h, got "1s"'],
  ];
  for (const [endpoints, keys, want] of wrong) {
    test(`refuse ${endpoints}${keys}`, async () => {
      const [first] = (await problemsOf(documentWith(endpoints, keys))).split("\n");
      assert.equal(first, `error: clusters.library.${want}`);
    });
  }

  test("leave the JSON Schema's pattern as wide as the loader", () => {
    const text = JSON.stringify(jsonSchema());
    const [, pattern = ""] = /"pattern":("\^unix:[^"]*dns:[^"]*")/.exec(text) ?? [];
    const takes = new RegExp(JSON.parse(pattern) as string);
    for (const good of ["dns:///a:1", "srv:///_grpc._tcp.a", "file:a", "a:1", "unix:a"]) {
      assert.match(good, takes);
    }
    for (const bad of ["dns:a:1", "srv:///a", "a", "file:"]) assert.doesNotMatch(bad, takes);
  });
});

suite("a file of endpoints", () => {
  test("is a list of the same entries, in YAML or JSON", () => {
    const want = {
      ok: true,
      value: [
        { address: { kind: "tcp", host: "10.0.0.1", port: 1 }, ...traits },
        { address: { kind: "unix", path: "run/a.sock" }, ...traits, weight: 3, locality: "a" },
      ],
    };
    const yaml = "- 10.0.0.1:1\n- address: unix:a.sock\n  weight: 3\n  locality: a\n";
    assert.deepEqual(parseEndpoints(yaml, "run/endpoints.yaml"), want);
    const json = '["10.0.0.1:1", {"address": "unix:a.sock", "weight": 3, "locality": "a"}]';
    assert.deepEqual(parseEndpoints(json, "run/endpoints.json"), want);
  });

  const wrong: readonly (readonly [text: string, want: string])[] = [
    ["", "e.yaml:1:1: the document is empty"],
    ["[]", "e.yaml:1:1: the document: expected at least one endpoint"],
    ["endpoints: []", "e.yaml:1:1: the document: expected a list, got a map"],
    [
      "- 10.0.0.1:1\n- address: 10.0.0.2:2\n  weight: 0\n",
      "e.yaml:3:11: [1].weight: expected a whole number from 1 to 1000, got 0",
    ],
    ["- 10.0.0.1:1\n- { address: 10.0.0.2:2, wait: 3 }\n", 'e.yaml:2:26: [1]: unknown key "wait"'],
    ["- 10.0.0.1:1\n- 10.0.0.1:1\n", "e.yaml:2:3: [1]: this endpoint is in the list already"],
    ["- dns:///a:1", "e.yaml:1:3: [0]: a file of endpoints holds addresses only"],
    [
      '- { address: "srv:///_a._tcp.b" }',
      "e.yaml:1:14: [0].address: a file of endpoints holds addresses only",
    ],
    ["- file:other.yaml", "e.yaml:1:3: [0]: a file of endpoints holds addresses only"],
    ["- 10.0.0.1:1\n- [", "e.yaml:2:3: the list opened here is not closed"],
    [
      "- $HOME:1",
      'e.yaml:1:3: [0]: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got "$HOME:1"',
    ],
  ];
  for (const [text, want] of wrong) {
    test(`is refused as ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseEndpoints(text, "e.yaml"), { ok: false, error: want });
    });
  }

  test("says at most eight things that are wrong", () => {
    const parsed = parseEndpoints("- 1\n".repeat(30), "e.yaml");
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.split("; ").length, 9);
    assert.match(parsed.error, /; and 22 more$/);
  });
});
