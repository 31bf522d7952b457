import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as zlib from "node:zlib";
import { checkCodings } from "../../src/config/check/codings.ts";
import { presets } from "../../src/config/compat/presets.ts";
import type { ListenerConfig, ServiceRoute } from "../../src/config/index.ts";
import { gatewayDocument } from "../../src/config/schema/gateway.ts";
import { load, problemsOf, sample } from "./sample.ts";

interface Loaded {
  readonly listener: ListenerConfig;
  readonly route: ServiceRoute;
}

async function loaded(changes: Parameters<typeof sample>[0]): Promise<Loaded> {
  const { config } = await load(sample(changes));
  const [listener] = config.listeners;
  const [route] = listener?.routes ?? [];
  assert.ok(listener !== undefined && route?.kind === "service");
  return { listener, route };
}

function listenerWith(text: string): string {
  return `listeners:\n  public: { listen: 127.0.0.1:8080, ${text} }`;
}

function routeWith(text: string): string {
  return `routes:\n  - { service: library.v1.*, cluster: library, ${text} }`;
}

suite("the nearest level counts, key by key", () => {
  // The value of each level tells which one was taken.
  const top = "streams: { sse_heartbeat: 1s, first_message_timeout: 1s, websocket: true }";
  const listeners = listenerWith("streams: { sse_heartbeat: 2s, first_message_timeout: 2s }");
  const routes = routeWith(
    "streams: { sse_heartbeat: 3s }, methods: { GetBook: { streams: { sse_heartbeat: 4s } } }",
  );

  test("for streams", async () => {
    const { listener, route } = await loaded({ more: top, listeners, routes });
    const method = route.methods[0];
    const seen = [listener, route, method].map((level) => [
      level?.streams.sseHeartbeatMs,
      level?.streams.firstMessageTimeoutMs,
      level?.streams.websocket,
    ]);
    assert.deepEqual(seen, [
      [2000, 2000, true],
      [3000, 2000, true],
      [4000, 2000, true],
    ]);
  });

  test("and a preset of a listener stands above what the top level says, under its routes", async () => {
    const { listener, route } = await loaded({
      more: "rest: { unexpected_body: refuse, wrong_method: 404 }",
      listeners: listenerWith("compat: grpc-gateway"),
      routes: routeWith("rest: { unexpected_body: refuse }"),
    });
    assert.equal(listener.rest.wrongMethod, 501);
    assert.equal(listener.rest.unexpectedBody, "ignore");
    assert.equal(route.rest.unexpectedBody, "refuse");
  });

  test("for the shape of errors", async () => {
    const { listener, route } = await loaded({
      more: "errors: problem+json",
      routes: routeWith("errors: status, methods: { GetBook: { errors: problem+json } }"),
    });
    assert.deepEqual(
      [listener.errors, route.errors, route.methods[0]?.errors],
      ["problem+json", "status", "problem+json"],
    );
  });

  test("for filters, where a method's list replaces its route's", async () => {
    const { route } = await loaded({
      more: "filters: { a: { type: protovalidate }, b: { type: protovalidate } }",
      routes: routeWith("filters: [a], methods: { Get: { filters: [b] }, List: {} }"),
    });
    assert.deepEqual(
      [route.filters, ...route.methods.map(({ filters }) => filters)],
      [["a"], ["b"], ["a"]],
    );
  });
});

suite("a switch that is decided before a route is found", () => {
  const rows = ["trailing_slash: ignore", "wrong_method: 404"];
  for (const text of rows) {
    const key = text.replace(/:.*/, "");
    test(`${text} is refused on a route and on a method`, async () => {
      const level = `rest: { ${text} }`;
      const problems = await problemsOf(
        sample({ routes: routeWith(`${level}, methods: { Get: { ${level} } }`) }),
      );
      for (const at of ["routes[0]", "routes[0].methods.Get"]) {
        const said = `error: ${at}.rest.${key}: this is decided before a route is found`;
        assert.ok(problems.includes(said), problems);
      }
      assert.match(problems, /say it of the listener, or of the whole document/);
    });
  }
});

suite("metadata.status_header: true", () => {
  test("is told what may stand there", async () => {
    const problems = await problemsOf(sample({ more: "metadata: { status_header: true }" }));
    assert.match(
      problems,
      /metadata\.status_header: expected a metadata name in lower case, or false, got true/,
    );
  });
});

suite("rest.wrong_method: 400", () => {
  test("is told all that may stand there: numbers have no nearest one", async () => {
    const problems = await problemsOf(sample({ more: "rest: { wrong_method: 400 }" }));
    assert.match(problems, /expected 404, 405 or 501, got 400[\s\S]*allowed: 404, 405, 501/);
  });
});

suite("a rule by selector that changes nothing", () => {
  const rows = [
    {
      name: "since no route serves it",
      selector: "other.v1.S.Get",
      routes: "- { service: library.v1.*, cluster: library }",
      want: "http.rules[0].selector: no route serves this method",
    },
    {
      name: "since its route has one of its own",
      selector: "library.v1.S.Get",
      routes: "- { rpc: library.v1.S/Get, cluster: library, http: { get: /own } }",
      want: "http.rules[0].selector: routes[0].http stands in its place",
    },
    {
      name: "is no warning where it counts",
      selector: "library.v1.S.Get",
      routes: "- { service: library.v1.*, cluster: library }",
      want: undefined,
    },
  ];
  for (const { name, selector, routes, want } of rows) {
    test(name, async () => {
      const more = `http: { rules: [{ selector: ${selector}, get: /x }] }`;
      const { warnings } = await load(sample({ routes: `routes:\n  ${routes}`, more }));
      assert.deepEqual(
        warnings.map(({ message }) => message),
        want === undefined ? [] : [want],
      );
    });
  }
});

suite("a switch that is written", () => {
  const rows = [
    { text: "rest: { wrong_method: 501 }", want: { wrongMethod: 501 } },
    { text: "rest: { conflicts: path_wins }", want: { conflicts: "path_wins" } },
    { text: "rest: { unexpected_body: ignore }", want: { unexpectedBody: "ignore" } },
    { text: "rest: { content_types: any }", want: { contentTypes: "any" } },
    { text: "rest: { fill_update_mask: true }", want: { fillUpdateMask: true } },
    { text: "rest: { debug_info: true }", want: { debugInfo: true } },
    {
      text: "metadata: { request_prefix: grpc-metadata- }",
      want: { requestPrefix: "grpc-metadata-" },
    },
    {
      text: "metadata: { trailer_prefix: grpc-trailer- }",
      want: { trailerPrefix: "grpc-trailer-" },
    },
    { text: "streams: { framing: result }", want: { framing: "result" } },
    { text: "streams: { concatenated: true }", want: { concatenated: true } },
    { text: "streams: { first_message_timeout: 2s }", want: { firstMessageTimeoutMs: 2000 } },
    {
      text: 'streams: { websocket_origins: ["https://a.example", "*"] }',
      want: { websocketOrigins: ["https://a.example", "*"] },
    },
  ];
  for (const { text, want } of rows) {
    test(`${text} is read`, async () => {
      const { route } = await loaded({ more: text });
      const all = { ...route.rest, ...route.metadata, ...route.streams };
      for (const [key, value] of Object.entries(want)) {
        assert.deepEqual((all as Record<string, unknown>)[key], value);
      }
    });
  }
});

suite("limits of streams", () => {
  const limits = "stream_idle: 1m, json_keys: 7, min_rate: 0B, write_stall: 5s";

  test("are read", async () => {
    const { listener } = await loaded({ listeners: listenerWith(`limits: { ${limits} }`) });
    const { streamIdleMs, jsonKeys, minBytesPerSecond, writeStallMs } = listener.limits;
    assert.deepEqual(
      [streamIdleMs, jsonKeys, minBytesPerSecond, writeStallMs],
      [60_000, 7, 0, 5000],
    );
  });
});

suite("a success status", () => {
  for (const status of [200, 201, 202, 204]) {
    test(`of ${status} is read on a method`, async () => {
      const { route } = await loaded({
        routes: routeWith(`methods: { Add: { status: ${status} } }`),
      });
      assert.deepEqual([route.successStatus, route.methods[0]?.successStatus], [200, status]);
    });
  }

  test("is refused on a route of a whole service", async () => {
    const problems = await problemsOf(sample({ routes: routeWith("status: 201") }));
    assert.match(problems, /"status" goes with "rpc" only/);
  });

  test("is refused where it is none of success", async () => {
    const routes = routeWith("methods: { Add: { status: 404 } }");
    assert.match(await problemsOf(sample({ routes })), /expected 200, 201, 202 or 204/);
  });
});

suite("zstd", () => {
  const document = gatewayDocument.parse({
    version: 1,
    listeners: { public: { listen: "127.0.0.1:8080", compression: { encodings: ["br", "zstd"] } } },
    descriptors: [{ protos: "./protos" }],
    clusters: { library: { endpoints: ["127.0.0.1:50051"] } },
    routes: [{ service: "library.v1.*", cluster: "library" }],
  });

  test("is taken on a Node that has it", () => {
    assert.deepEqual(checkCodings(document, true), []);
  });

  test("is refused in its place on a Node that does not", () => {
    const [finding, ...more] = checkCodings(document, false);
    assert.deepEqual(more, []);
    assert.deepEqual(finding?.path, ["listeners", "public", "compression", "encodings", 1]);
    assert.equal(
      finding.message,
      "listeners.public.compression.encodings[1]: this Node cannot write zstd",
    );
  });

  test("is judged by the Node that loads the document", async () => {
    const text = sample({ listeners: listenerWith("compression: { encodings: [zstd] }") });
    if ("createZstdCompress" in zlib) assert.equal(await problemsOf(text), "");
    else assert.match(await problemsOf(text), /cannot write zstd[\s\S]*\^\^\^\^/);
  });
});

test("the tables of presets are frozen all through", () => {
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  assert.ok(isFrozen(presets));
});
