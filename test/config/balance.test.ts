import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { policies } from "../../src/balancer/index.ts";
import type { ClusterConfig } from "../../src/config/index.ts";
import { load, problemsOf, sample } from "./sample.ts";

function documentWith(keys: string, endpoints = "[127.0.0.1:50051]"): string {
  return sample({ clusters: `clusters:\n  library: { endpoints: ${endpoints}, ${keys} }` });
}

async function clusterWith(keys: string, endpoints?: string): Promise<ClusterConfig> {
  const [cluster] = (await load(documentWith(keys, endpoints))).config.clusters;
  assert.ok(cluster !== undefined);
  return cluster;
}

/** The first line of what is wrong, without its `error: `, and the remedy. */
async function complaintOf(keys: string, endpoints?: string): Promise<readonly string[]> {
  const text = await problemsOf(documentWith(keys, endpoints));
  const remedy = /\^+ ?(.*)$/m.exec(text)?.[1] ?? "";
  return [text.split("\n")[0]?.replace("error: clusters.library.", "") ?? "", remedy];
}

const defaults = {
  choices: 2,
  activeRequestBias: 1,
  minimumRingSize: 1024,
  maximumRingSize: 65_536,
  tableSize: 65_537,
};

suite("balance", () => {
  for (const [name, { usesHashKey }] of Object.entries(policies)) {
    if (usesHashKey) continue;
    test(`is ${name} by its name`, async () => {
      const { balance } = await clusterWith(`balance: ${name}`);
      assert.deepEqual(balance, { policy: name, options: defaults, hashKey: undefined });
    });
  }

  const rows = [
    {
      name: "least_request with options",
      keys: "balance: { least_request: { choices: 3, active_request_bias: 0 } }",
      want: {
        policy: "least_request",
        options: { ...defaults, choices: 3, activeRequestBias: 0 },
        hashKey: undefined,
      },
    },
    {
      name: "ring_hash by a header, whose name is read in any case",
      keys: 'balance: { ring_hash: { key: "header:X-User", minimum_ring_size: 64, maximum_ring_size: 128 } }',
      want: {
        policy: "ring_hash",
        options: { ...defaults, minimumRingSize: 64, maximumRingSize: 128 },
        hashKey: { kind: "header", name: "x-user" },
      },
    },
    {
      name: "ring_hash by a variable of the path",
      keys: 'balance: { ring_hash: { key: "path:book.name" } }',
      want: {
        policy: "ring_hash",
        options: defaults,
        hashKey: { kind: "path", name: "book.name" },
      },
    },
    {
      name: "maglev by a cookie, whose name is as it is written",
      keys: 'balance: { maglev: { key: "cookie:Session", table_size: 251 } }',
      want: {
        policy: "maglev",
        options: { ...defaults, tableSize: 251 },
        hashKey: { kind: "cookie", name: "Session" },
      },
    },
  ];
  for (const { name, keys, want } of rows) {
    test(`is ${name}`, async () => {
      assert.deepEqual((await clusterWith(keys)).balance, want);
    });
  }

  const wrong = [
    {
      name: "a policy that is misspelled",
      keys: "balance: least-requests",
      want: ['balance: "least-requests" is not a policy', 'did you mean "least_request"?'],
    },
    {
      name: "a number",
      keys: "balance: 2",
      want: [
        "balance: 2 is not a policy",
        "allowed: pick_first, round_robin, weighted_round_robin, least_request, random, ring_hash, maglev",
      ],
    },
    {
      name: "ring_hash without its key",
      keys: "balance: ring_hash",
      want: [
        'balance: expected a map with its key, such as { ring_hash: { key: "header:x-user" } }, got "ring_hash"',
        "",
      ],
    },
    {
      name: "a map of ring_hash without its key",
      keys: "balance: { ring_hash: {} }",
      want: [
        'balance.ring_hash: "key" is missing',
        "key: What leads to the same endpoint again: header:NAME, cookie:NAME or path:VARIABLE.",
      ],
    },
    {
      name: "a key of no kind",
      keys: "balance: { maglev: { key: x-user } }",
      want: [
        'balance.maglev.key: expected what a call is placed by: header:NAME, cookie:NAME or path:VARIABLE, got "x-user"',
        'did you mean "header:x-user"?',
      ],
    },
    {
      name: "a key that is in the message",
      keys: 'balance: { maglev: { key: "field:user.id" } }',
      want: [
        'balance.maglev.key: expected what a call is placed by: header:NAME, cookie:NAME or path:VARIABLE, got "field:user.id"',
        "",
      ],
    },
    {
      name: "a table of no prime size",
      keys: 'balance: { maglev: { key: "header:a", table_size: 65536 } }',
      want: ["balance.maglev.table_size: expected a prime, got 65536", ""],
    },
    {
      name: "a ring with bounds in the wrong order",
      keys: 'balance: { ring_hash: { key: "header:a", minimum_ring_size: 100, maximum_ring_size: 99 } }',
      want: [
        "balance.ring_hash.minimum_ring_size: it is larger than maximum_ring_size",
        "lower this one or raise the other one",
      ],
    },
    {
      name: "two policies",
      keys: 'balance: { least_request: {}, ring_hash: { key: "header:a" } }',
      want: [
        "balance: a balance takes one of least_request, ring_hash or maglev, and has least_request already",
        "remove one of them",
      ],
    },
    {
      name: "no policy",
      keys: "balance: {}",
      want: ["balance: a balance needs one of least_request, ring_hash or maglev", ""],
    },
    {
      name: "an unknown option",
      keys: "balance: { least_request: { choice: 2 } }",
      want: ['balance.least_request: unknown key "choice"', 'did you mean "choices"?'],
    },
    {
      name: "a threshold without its sign",
      keys: "panic_threshold: 50",
      want: ["panic_threshold: expected a percentage such as 20%, got 50", 'did you mean "50%"?'],
    },
    {
      name: "a threshold above everything",
      keys: "panic_threshold: 101%",
      want: ['panic_threshold: expected from 0% to 100%, got "101%"', ""],
    },
  ];
  for (const { name, keys, want } of wrong) {
    test(`refuses ${name}`, async () => {
      assert.deepEqual(await complaintOf(keys), want);
    });
  }
});

suite("endpoints", () => {
  test("are addresses, or maps that say more", async () => {
    const cluster = await clusterWith(
      "subset_by: [version], panic_threshold: 7%, slow_start: 30s, locality: { prefer: zone-a }",
      '[10.0.0.1:1, { address: "10.0.0.2:2", weight: 3, locality: zone-a, priority: 1, metadata: { version: "2" } }]',
    );
    assert.deepEqual(cluster.endpoints, [
      {
        address: { kind: "tcp", host: "10.0.0.1", port: 1 },
        weight: 1,
        locality: "",
        priority: 0,
        metadata: {},
      },
      {
        address: { kind: "tcp", host: "10.0.0.2", port: 2 },
        weight: 3,
        locality: "zone-a",
        priority: 1,
        metadata: { version: "2" },
      },
    ]);
    assert.deepEqual(cluster.subsetBy, ["version"]);
    assert.ok(Math.abs(cluster.panicThreshold - 0.07) < 1e-9);
    assert.equal(cluster.slowStartMs, 30_000);
    assert.equal(cluster.preferredLocality, "zone-a");
  });

  const wrong = [
    {
      name: "an address in a map as the web writes it",
      endpoints: '[{ address: "http://library.internal:50051/" }]',
      want: [
        'endpoints[0].address: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got "http://library.internal:50051/"',
        'did you mean "library.internal:50051"?',
      ],
    },
    {
      name: "a number",
      endpoints: "[50051]",
      want: [
        "endpoints[0]: expected an endpoint such as 10.0.4.7:50051, library.internal:50051 or unix:/run/library.sock, got 50051",
        'did you mean "127.0.0.1:50051"?',
      ],
    },
    {
      name: "a map without an address",
      endpoints: "[{ weight: 2 }]",
      want: [
        'endpoints[0]: "address" is missing',
        "address: Where it is: host:port, [IPv6]:port, unix:path, dns:///host:port or srv:///name.",
      ],
    },
    {
      name: "a weight of 0",
      endpoints: '[{ address: "10.0.0.1:1", weight: 0 }]',
      want: ["endpoints[0].weight: expected a whole number from 1 to 1000, got 0", ""],
    },
    {
      name: "metadata that is no text",
      endpoints: '[{ address: "10.0.0.1:1", metadata: { version: 2 } }]',
      want: ["endpoints[0].metadata.version: expected text, got 2", ""],
    },
    {
      name: "an address twice, as itself and in a map",
      endpoints: '[10.0.0.1:1, { address: "10.0.0.1:1", weight: 2 }]',
      want: ["endpoints[1].address: this endpoint is in the list already", "remove one of them"],
    },
  ];
  for (const { name, endpoints, want } of wrong) {
    test(`refuse ${name}`, async () => {
      assert.deepEqual(await complaintOf("deadline: 5s", endpoints), want);
    });
  }
});
