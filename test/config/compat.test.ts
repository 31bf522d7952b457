import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { compatNames, presets } from "../../src/config/compat/presets.ts";
import type { GatewayConfig } from "../../src/config/index.ts";
import { load, problemsOf, sample } from "./sample.ts";

const page = readFileSync("docs/migrating.md", "utf8");

async function configOf(text: string): Promise<GatewayConfig> {
  return (await load(text)).config;
}

function listenerWith(text: string): string {
  return `listeners:\n  public:\n    listen: 127.0.0.1:8080\n    ${text}`;
}

/** `ignoreUnknownFields` as it is written: `ignore_unknown_fields`. */
function written(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

suite("docs/migrating.md", () => {
  for (const name of compatNames) {
    test(`lists the switches of ${name} as the preset has them, and no other`, () => {
      const section = page.split(/^## /m).find((part) => part.startsWith(`\`compat: ${name}\``));
      const rows = [...(section ?? "").matchAll(/^\| `([a-z_.]+)` \| `(.+?)` \|/gm)];
      const listed = rows.map(([, key, value]) => `${key} ${value}`);
      const wanted = Object.entries(presets[name]).flatMap(([group, switches]) =>
        Object.entries(switches as object).map(
          ([key, value]) => `${group}.${written(key)} ${shown(value)}`,
        ),
      );
      assert.deepEqual(listed, wanted);
    });
  }
});

suite("a preset", () => {
  test("stands under what is written on its level, and above what is not", async () => {
    const more =
      "compat: grpc-gateway\njson: { emit_defaults: false }\nstreams: { websocket: true }";
    const config = await configOf(sample({ more }));
    const [listener] = config.listeners;
    const [route] = listener?.routes ?? [];
    assert.equal(route?.json.emitDefaults, false);
    assert.equal(route.json.ignoreUnknownFields, true);
    assert.equal(route.streams.framing, "result");
    assert.equal(route.streams.websocket, true);
    assert.equal(route.rest.wrongMethod, 501);
    assert.equal(route.metadata.requestPrefix, "grpc-metadata-");
  });

  test("of a listener is for that listener alone, and stands above the top level", async () => {
    const more = "rest: { wrong_method: 405, plus_as_space: false }";
    const listeners = listenerWith("compat: envoy");
    const config = await configOf(sample({ more, listeners }));
    const [first] = config.listeners;
    assert.equal(first?.rest.wrongMethod, 404);
    assert.equal(first.rest.plusAsSpace, false);
    assert.equal(first.routes[0]?.rest.conflicts, "path_wins");
    assert.equal(config.routes[0]?.rest.conflicts, "refuse");
  });

  test("that nobody knows is refused with the nearest one", async () => {
    const problems = await problemsOf(sample({ more: "compat: envoi" }));
    assert.match(
      problems,
      /compat: "envoi" is not a gateway to be like[\s\S]*did you mean "envoy"/,
    );
  });
});

suite("switches of streams", () => {
  test("are a list of formats, or a map", async () => {
    const asList = await configOf(sample({ more: "streams: [sse, array]" }));
    const asMap = await configOf(
      sample({ more: "streams: { formats: [sse, array], sse_heartbeat: 0s }" }),
    );
    assert.deepEqual(asList.routes[0]?.streams.formats, ["sse", "array"]);
    assert.deepEqual(asMap.routes[0]?.streams.formats, ["sse", "array"]);
    assert.equal(asMap.routes[0].streams.sseHeartbeatMs, 0);
    assert.equal(asList.routes[0].streams.sseHeartbeatMs, 15_000);
  });

  const refused = [
    {
      name: "an unknown format",
      more: "streams: [ndjsn]",
      want: /"ndjsn" is not a format of streams/,
    },
    {
      name: "an unknown key",
      more: "streams: { formatz: [sse] }",
      want: /unknown key "formatz"[\s\S]*did you mean "formats"\?/,
    },
    {
      name: "an unknown framing",
      more: "streams: { framing: resul }",
      want: /"resul" is not a framing[\s\S]*did you mean "result"\?/,
    },
    {
      name: "an unknown format of a list",
      more: "streams: [ndjsn]",
      want: /did you mean "ndjson"\?/,
    },
    {
      name: "an origin with a path",
      more: 'streams: { websocket_origins: ["https://a.example/x"] }',
      want: /expected an origin/,
    },
    { name: "no format", more: "streams: []", want: /expected at least one format/ },
    {
      name: "an unknown shape of errors",
      more: "errors: xml",
      want: /"xml" is not a shape of errors/,
    },
    {
      name: "an unknown filter type",
      more: "filters: { a: { type: jwt } }",
      want: /"jwt" is not a type of filter/,
    },
  ];
  for (const { name, more, want } of refused) {
    test(`${name} is refused in its place`, async () => {
      assert.match(await problemsOf(sample({ more })), want);
    });
  }

  test("a route that names no filter of the document is refused with the nearest one", async () => {
    const routes = "routes: [{ service: library.v1.*, cluster: library, filters: [chekced] }]";
    const more = "filters: { checked: { type: protovalidate } }";
    const problems = await problemsOf(sample({ routes, more }));
    assert.match(problems, /no filter is named "chekced"[\s\S]*checked/);
  });
});

suite("compression", () => {
  const rows = [
    { text: "true", want: { encodings: ["br", "gzip"], minBytes: 1024 } },
    {
      text: "{ encodings: [gzip], min_size: 2KiB }",
      want: { encodings: ["gzip"], minBytes: 2048 },
    },
  ];
  for (const { text, want } of rows) {
    test(`${text} is read`, async () => {
      const config = await configOf(sample({ listeners: listenerWith(`compression: ${text}`) }));
      const { encodings, minBytes } = config.listeners[0]?.compression ?? {};
      assert.deepEqual({ encodings, minBytes }, want);
    });
  }

  test("false is none", async () => {
    const config = await configOf(sample({ listeners: listenerWith("compression: false") }));
    assert.equal(config.listeners[0]?.compression, undefined);
  });
});
