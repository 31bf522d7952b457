import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type GatewayConfig, loadConfig, parseConfig } from "../../src/config/index.ts";
import { load, sample, sources } from "./sample.ts";

async function configOf(text: string): Promise<GatewayConfig> {
  return (await load(text)).config;
}

const json = {
  emitDefaults: false,
  enumsAsIntegers: false,
  preserveProtoNames: false,
  int64AsNumber: false,
  pretty: false,
  ignoreUnknownFields: false,
  caseInsensitiveEnums: false,
};
const rest = {
  trailingSlash: "strict",
  urlUnescape: "all_except_slash",
  autoMapping: true,
  ignoreUnknownQuery: false,
  ignoredQueryParameters: [],
  plusAsSpace: true,
  wrongMethod: 405,
  conflicts: "refuse",
  unexpectedBody: "refuse",
  contentTypes: "strict",
  fillUpdateMask: false,
  debugInfo: false,
};
const metadata = {
  remove: [],
  prefix: "",
  trailerPrefix: undefined,
  requestPrefix: "",
  statusHeader: undefined,
};
const streams = {
  formats: ["array", "ndjson", "sse"],
  framing: "plain",
  concatenated: false,
  sseHeartbeatMs: 15_000,
  firstMessageTimeoutMs: 1000,
  websocket: false,
  websocketOrigins: [],
};
const switches = { json, rest, metadata, streams, errors: "status" };
const routesOfSample = [
  {
    kind: "service",
    service: "library.v1.*",
    cluster: "library",
    deadlineMs: 15_000,
    streamDeadlineMs: Number.POSITIVE_INFINITY,
    successStatus: 200,
    hashKey: undefined,
    subsetBy: [],
    subset: undefined,
    filters: [],
    ...switches,
    methods: [],
    at: ["routes", 0],
  },
];

suite("a configuration", () => {
  test("of the least text has every default", async () => {
    assert.deepEqual(await configOf(sample()), {
      version: 1,
      listeners: [
        {
          name: "public",
          address: { kind: "tcp", host: "127.0.0.1", port: 8080 },
          protocols: ["http1"],
          limits: {
            bodyBytes: 4_194_304,
            headerBytes: 16_384,
            headerFields: 100,
            pathBytes: 8192,
            requestMs: 60_000,
            idleMs: 65_000,
            headerTimeoutMs: 10_000,
            queryParameters: 256,
            jsonDepth: 100,
            replyBytes: 4_194_304,
            drainMs: 30_000,
            connections: 10_000,
            streamIdleMs: 300_000,
            jsonKeys: 1000,
            minBytesPerSecond: 500,
            writeStallMs: 30_000,
          },
          trustedHops: 0,
          shadowHeaders: "refuse",
          accessLog: true,
          compression: undefined,
          ...switches,
          routes: routesOfSample,
        },
      ],
      descriptors: [
        { kind: "protos", path: "protos", imports: [], at: ["descriptors", 0, "protos"] },
      ],
      clusters: [
        {
          name: "library",
          endpoints: [
            {
              address: { kind: "tcp", host: "127.0.0.1", port: 50051 },
              weight: 1,
              locality: "",
              priority: 0,
              metadata: {},
            },
          ],
          balance: {
            policy: "round_robin",
            options: {
              choices: 2,
              activeRequestBias: 1,
              minimumRingSize: 1024,
              maximumRingSize: 65_536,
              tableSize: 65_537,
            },
            hashKey: undefined,
          },
          subsetBy: [],
          panicThreshold: 0.5,
          slowStartMs: 0,
          preferredLocality: undefined,
          deadlineMs: 15_000,
          connectTimeoutMs: 1000,
          discovery: [],
          tls: undefined,
          dnsRefreshMs: 60_000,
          overflow: { connections: 4, requests: 1024, pending: 1024, retries: 100 },
          backoff: { baseMs: 100, maxMs: 10_000 },
          keepalive: { intervalMs: 10_000, timeoutMs: 5000 },
          idleTimeoutMs: 3_600_000,
          maxAgeMs: undefined,
          retry: {
            codes: ["UNAVAILABLE"],
            attempts: 3,
            backoff: { baseMs: 25, maxMs: 1000 },
            perTryMs: undefined,
            budget: 0.2,
            unsafe: false,
            hedgeAfterMs: undefined,
          },
          authority: undefined,
          compression: undefined,
          health: undefined,
          outlier: undefined,
          breaker: undefined,
        },
      ],
      routes: routesOfSample,
      filters: [],
      httpRules: [],
      admin: undefined,
    });
  });

  test("is frozen to its leaves", async () => {
    const thaw = (value: unknown): string[] =>
      typeof value === "object" && value !== null
        ? [...(Object.isFrozen(value) ? [] : ["thawed"]), ...Object.values(value).flatMap(thaw)]
        : [];
    assert.deepEqual(thaw(await configOf(sample())), []);
  });

  test("reads JSON as it reads YAML", async () => {
    const asJson = JSON.stringify({
      $schema: "./docs/gateway.schema.json",
      version: 1,
      listeners: { public: { listen: "127.0.0.1:8080" } },
      descriptors: [{ protos: "./protos" }],
      clusters: { library: { endpoints: ["127.0.0.1:50051"] } },
      routes: [{ service: "library.v1.*", cluster: "library" }],
    });
    assert.deepEqual(await configOf(asJson), await configOf(sample()));
    assert.deepEqual(
      await configOf(JSON.stringify(JSON.parse(asJson), null, "\t")),
      await configOf(sample()),
    );
  });

  test("shares what an alias names", async () => {
    const routes = `routes:
  - { service: a.v1.*, cluster: library, json: &loose { ignore_unknown_fields: true } }
  - { service: b.v1.*, cluster: library, json: *loose }`;
    const config = await configOf(sample({ routes }));
    assert.deepEqual(
      config.routes.map((route) => route.json.ignoreUnknownFields),
      [true, true],
    );
  });
});

suite("an address", () => {
  const rows = [
    { name: "of IPv4", text: "0.0.0.0:80", want: { kind: "tcp", host: "0.0.0.0", port: 80 } },
    { name: "of IPv6", text: "'[::1]:8080'", want: { kind: "tcp", host: "::1", port: 8080 } },
    { name: "by name", text: "localhost:0", want: { kind: "tcp", host: "localhost", port: 0 } },
    { name: "of a socket", text: "unix:/run/d.sock", want: { kind: "unix", path: "/run/d.sock" } },
    { name: "of a socket beside", text: "unix:d.sock", want: { kind: "unix", path: "d.sock" } },
  ];
  for (const { name, text, want } of rows) {
    test(name, async () => {
      const listeners = `listeners: { public: { listen: ${text} } }`;
      assert.deepEqual((await configOf(sample({ listeners }))).listeners[0]?.address, want);
    });
  }
});

suite("a level of switches", () => {
  const routes = `routes:
  - service: library.v1.*
    cluster: library
    deadline: 2s
    json: { emit_defaults: true }
    rest: { conflicts: path_wins }
    metadata: { status_header: false }
    methods:
      GetBook: { deadline: 500ms, json: { pretty: false, int64_as_number: true } }
      PurgeBooks: { expose: false }
  - { rpc: a.v1.Echo/Say, cluster: library }`;
  const more = `json: { pretty: true }
rest: { plus_as_space: false, ignored_query_parameters: [utm_source] }
metadata: { remove: [cookie], prefix: grpc-metadata-, status_header: x-http-code }`;

  test("takes from the level above what it does not say", async () => {
    const config = await configOf(sample({ routes, more }));
    const [service, rpc] = config.routes;
    assert.ok(service?.kind === "service" && rpc?.kind === "rpc");
    const [getBook, purgeBooks] = service.methods;
    assert.ok(getBook !== undefined && purgeBooks !== undefined);

    const [listener] = config.listeners;
    assert.ok(listener !== undefined);
    assert.deepEqual(listener.json, { ...json, pretty: true });
    assert.deepEqual(service.json, { ...json, pretty: true, emitDefaults: true });
    assert.deepEqual(getBook.json, { ...json, emitDefaults: true, int64AsNumber: true });
    assert.deepEqual(purgeBooks.json, service.json);
    assert.deepEqual(rpc.json, listener.json);

    const overall = { ...rest, plusAsSpace: false, ignoredQueryParameters: ["utm_source"] };
    assert.deepEqual(rpc.rest, overall);
    assert.deepEqual(getBook.rest, { ...overall, conflicts: "path_wins" });
    assert.equal(service.metadata.statusHeader, undefined);
    assert.deepEqual(rpc.metadata, {
      ...metadata,
      remove: ["cookie"],
      prefix: "grpc-metadata-",
      statusHeader: "x-http-code",
    });
  });

  test("has the deadline of the method, else of the route, else of the cluster", async () => {
    const { routes: resolved } = await configOf(sample({ routes, more }));
    const methods = resolved.flatMap((route) => (route.kind === "service" ? route.methods : []));
    assert.deepEqual(
      [...resolved, ...methods].map((level) => level.deadlineMs),
      [2000, 15_000, 500, 2000],
    );
    assert.deepEqual(
      methods.map(({ name, expose }) => [name, expose]),
      [
        ["GetBook", true],
        ["PurgeBooks", false],
      ],
    );
  });
});

suite("an HTTP rule", () => {
  const httpRule = `{ get: "/a/{x}", response_body: y, additional_bindings: [
    { post: /b, body: "*" }, { custom: { kind: "*", path: /c } } ] }`;
  const bindings = (at: readonly (string | number)[]) => [
    {
      method: "GET",
      template: "/a/{x}",
      body: undefined,
      responseBody: "y",
      at: [...at, "get"],
    },
    {
      method: "POST",
      template: "/b",
      body: "*",
      responseBody: undefined,
      at: [...at, "additional_bindings", 0, "post"],
    },
    {
      method: "*",
      template: "/c",
      body: undefined,
      responseBody: undefined,
      at: [...at, "additional_bindings", 1, "custom", "path"],
    },
  ];

  test("of a route is one list, the primary binding first", async () => {
    const routes = `routes: [{ rpc: a.v1.Echo/Say, cluster: library, http: ${httpRule} }]`;
    const [route] = (await configOf(sample({ routes }))).routes;
    assert.ok(route?.kind === "rpc");
    assert.deepEqual([route.service, route.method], ["a.v1.Echo", "Say"]);
    const at = ["routes", 0, "http"];
    assert.deepEqual(route.http, { bindings: bindings(at), at });
  });

  test("by selector has the same shape", async () => {
    const more = `http: { rules: [{ selector: a.v1.Echo.Say, ${httpRule.slice(1)}] }`;
    const at = ["http", "rules", 0];
    assert.deepEqual((await configOf(sample({ more }))).httpRules, [
      { selector: "a.v1.Echo.Say", bindings: bindings(at), at },
    ]);
  });
});

suite("a path", () => {
  test("starts from the folder of the file, unless it is absolute", async () => {
    const text = sample({
      listeners: "listeners: { public: { listen: unix:run/d.sock } }",
      descriptors: "descriptors: [{ protos: ../protos, imports: [inc, /inc] }, { set: a.binpb }]",
      clusters: "clusters: { library: { endpoints: [unix:/run/l.sock] } }",
    });
    const loaded = await parseConfig(text, "etc/diglot/gateway.yaml", sources());
    assert.ok(loaded.ok);
    const { listeners, descriptors, clusters } = loaded.value.config;
    assert.deepEqual(listeners[0]?.address, { kind: "unix", path: "etc/diglot/run/d.sock" });
    assert.deepEqual(clusters[0]?.endpoints[0]?.address, { kind: "unix", path: "/run/l.sock" });
    assert.deepEqual(descriptors, [
      {
        kind: "protos",
        path: "etc/protos",
        imports: ["etc/diglot/inc", "/inc"],
        at: ["descriptors", 0, "protos"],
      },
      { kind: "set", path: "etc/diglot/a.binpb", at: ["descriptors", 1, "set"] },
    ]);
  });
});

suite("a file", () => {
  const rows = [
    {
      name: "that is absent is told by name",
      files: {},
      want: "gateway.yaml cannot be read: there is no such file",
    },
    {
      name: "that is over 1 MiB is not parsed",
      files: { "gateway.yaml": new Uint8Array(1_048_577) },
      want: "gateway.yaml is over 1 MiB",
    },
    {
      name: "that is not UTF-8 is not guessed at",
      files: { "gateway.yaml": Uint8Array.of(0xff, 0xfe, 0x61, 0x00) },
      want: "gateway.yaml is not UTF-8 text",
    },
    {
      name: "with a byte order mark is told about it",
      files: { "gateway.yaml": `\uFEFF${sample()}` },
      want: "the file begins with a byte order mark",
    },
  ];
  for (const { name, files, want } of rows) {
    test(name, async () => {
      const loaded = await loadConfig("gateway.yaml", sources(files));
      assert.ok(!loaded.ok);
      assert.deepEqual(
        loaded.error.problems.map((problem) => problem.message),
        [want],
      );
    });
  }

  test("that is right is loaded with its warnings", async () => {
    const text = sample({
      clusters: `${"clusters:\n  library: { endpoints: [127.0.0.1:50051] }"}\n  idle: { endpoints: [a:1] }`,
    });
    const loaded = await loadConfig("gateway.yaml", sources({ "gateway.yaml": text }));
    assert.ok(loaded.ok);
    assert.deepEqual(
      loaded.value.warnings.map((problem) => problem.message),
      ["clusters.idle: no route uses this cluster"],
    );
  });
});
