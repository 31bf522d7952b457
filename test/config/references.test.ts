// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how references are written
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { load, problemsOf, sample, sources } from "./sample.ts";

const withAuthority = (text: string) =>
  sample({
    clusters: `clusters:\n  library:\n    endpoints: [127.0.0.1:50051]\n    authority: ${text}`,
  });

suite("a reference", () => {
  const from = sources(
    { "secrets/name": "from-file\n", windows: "from-windows\r\n", "/abs": "two\n\n" },
    { NAME: "from-env", EMPTY: "" },
  );
  const rows = [
    { name: "to a variable", text: "${env:NAME}", want: "from-env" },
    { name: "to a variable that is not set, with a default", text: "${env:NO:-x}", want: "x" },
    { name: "to an empty variable, with a default", text: "${env:EMPTY:-x}", want: "x" },
    { name: "to a variable that is set, with a default", text: "${env:NAME:-x}", want: "from-env" },
    {
      name: "to a file loses the newline at its end",
      text: "${file:secrets/name}",
      want: "from-file",
    },
    {
      name: "to a file of Windows loses its newline",
      text: "${file:windows}",
      want: "from-windows",
    },
    {
      name: "among other text",
      text: "a.${env:NAME}.${file:windows}",
      want: "a.from-env.from-windows",
    },
    { name: "in quotes", text: '"${env:NAME}"', want: "from-env" },
  ];
  for (const { name, text, want } of rows) {
    test(name, async () => {
      const loaded = await load(withAuthority(text), from);
      assert.equal(loaded.config.clusters[0]?.authority, want);
    });
  }

  test("stands for a number or a switch where one is expected", async () => {
    const listeners = [
      "listeners:",
      "  public:",
      '    listen: "[${env:HOST}]:${env:PORT}"',
      "    trusted_hops: ${env:HOPS}",
      "    access_log: ${env:LOG}",
      "    limits: { body: '${env:MIB}MiB' }",
    ].join("\n");
    const env = { HOST: "::1", PORT: "0", HOPS: "2", LOG: "false", MIB: "8" };
    const loaded = await load(sample({ listeners }), sources({}, env));
    const [listener] = loaded.config.listeners;
    assert.deepEqual(listener?.address, { kind: "tcp", host: "::1", port: 0 });
    assert.deepEqual(
      [listener.trustedHops, listener.accessLog, listener.limits.bodyBytes],
      [2, false, 8_388_608],
    );
  });

  test("is kept apart from what it stands for, so that the document can be shown", async () => {
    const loaded = await load(withAuthority("x.${env:NAME}"), from);
    assert.deepEqual(loaded.referenced, [
      { path: ["clusters", "library", "authority"], references: ["${env:NAME}"] },
    ]);
    assert.ok(!JSON.stringify(loaded.written).includes("from-env"));
    assert.ok(JSON.stringify(loaded.written).includes("x.${env:NAME}"));
  });
});

suite("a dollar sign", () => {
  const rows = [
    { name: "twice is one", text: "/a$$b", want: "/a$b" },
    { name: "twice before a brace is no reference", text: "/$${env:NAME}", want: "/${env:NAME}" },
    { name: "alone is itself", text: "/a$b$", want: "/a$b$" },
  ];
  for (const { name, text, want } of rows) {
    test(name, async () => {
      const routes = `routes: [{ rpc: a.B/C, cluster: library, http: { get: "${text}" } }]`;
      const [route] = (await load(sample({ routes }))).config.routes;
      assert.ok(route?.kind === "rpc");
      assert.equal(route.http?.bindings[0]?.template, want);
    });
  }
});

suite("a reference that cannot be followed", () => {
  const from = sources(
    { large: "x".repeat(65_537), binary: Uint8Array.of(0xff), secret: "hunter2 hunter2" },
    { LIBRARY_HOST: "hunter2 hunter2", PASSWORD: "hunter2 hunter2" },
  );
  const rows = [
    {
      name: "to a variable that is not set",
      text: "${env:ABSENT}",
      want: "the environment variable ABSENT is not set",
      mark: "^^^^^^^^^^^^^ set it, or give a default: ${env:ABSENT:-default}",
    },
    {
      name: "to a variable of nearly that name",
      text: "${env:LIBRARY_HOTS}",
      want: "the environment variable LIBRARY_HOTS is not set",
      mark: '^^^^^^^^^^^^^^^^^^^ did you mean "${env:LIBRARY_HOST}"?',
    },
    {
      name: "among text is pointed at by itself",
      text: "a.${env:ABSENT:}.b",
      want: "${env:ABSENT:} is not a reference",
      mark: '  ^^^^^^^^^^^^^^ write ${env:NAME} or ${file:path}, or "$$" for a dollar sign',
    },
    {
      name: "of the shell's form",
      text: "${NAME}",
      want: "${NAME} is not a reference",
      mark: '^^^^^^^ did you mean "${env:NAME}"?',
    },
    {
      name: "that is not closed",
      text: '"${env:NAME"',
      want: "the reference is not closed",
      mark: ' ^^^^^^^^^^ add a "}", or write "$$" for a dollar sign',
    },
    {
      name: "to a file that is absent",
      text: "${file:absent}",
      want: "the file absent cannot be read: there is no such file",
      mark: "^^^^^^^^^^^^^^",
    },
    {
      name: "to a large file",
      text: "${file:large}",
      want: "the file large is over 64 KiB",
      mark: "^^^^^^^^^^^^^ a referenced file holds one value",
    },
    {
      name: "to a file that is not text",
      text: "${file:binary}",
      want: "the file binary is not UTF-8 text",
      mark: "^^^^^^^^^^^^^^",
    },
    {
      name: "usefully never shows what it stands for",
      text: "${env:PASSWORD}${file:secret}",
      want: "clusters.library.authority: expected an authority such as library.internal, got the value of ${env:PASSWORD} and ${file:secret}",
      mark: "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    },
  ];
  const indent = " ".repeat("    authority: ".length);
  for (const { name, text, want, mark } of rows) {
    test(name, async () => {
      const lines = (await problemsOf(withAuthority(text), from)).split("\n");
      assert.equal(lines[0], `error: ${want}`);
      assert.equal(lines[4], `  | ${indent}${mark}`);
      assert.equal(lines[6], "1 error in gateway.yaml");
      assert.ok(!lines.join("\n").includes("hunter2"));
    });
  }

  const bare = [
    { name: "alone", http: "{ get: /hello/{name} }", value: "/hello/{name}" },
    { name: "before another key", http: '{ get: /a/{x}, body: "*" }', value: "/a/{x}" },
    { name: "with a pattern", http: "{get: /{a=x/*}/b/{c}:d}", value: "/{a=x/*}/b/{c}:d" },
  ];
  for (const { name, http, value } of bare) {
    test(`for want of quotes around a path template, ${name}, is told to have them`, async () => {
      const routes = `routes:\n  - { rpc: a.B/C, cluster: library, http: ${http} }`;
      const told = await problemsOf(sample({ routes }), from);
      const lines = told.split("\n");
      assert.equal(lines[0], "error: a text with braces between brackets must be in quotes");
      assert.match(lines[4] ?? "", /\^ put it in quotes: /);
      assert.ok(told.includes(`${"^".repeat(value.length)} put it in quotes: "${value}"`), told);
      assert.equal(lines.at(-1)?.trim() || lines.at(-2), "1 error in gateway.yaml");
    });
  }

  test("for want of quotes in a list or map is told to have them", async () => {
    const clusters = "clusters:\n  library: { endpoints: ['a:1'], authority: ${env:NAME} }";
    assert.equal(
      await problemsOf(sample({ clusters }), from),
      [
        "error: a reference between brackets must be in quotes",
        " --> gateway.yaml:6:45",
        "  |",
        "6 |   library: { endpoints: ['a:1'], authority: ${env:NAME} }",
        '  |                                             ^^^^^^^^^^^ write "${env:NAME}"',
        "",
        "1 error in gateway.yaml",
        "",
      ].join("\n"),
    );
  });

  test("to the name of a cluster does not show it either", async () => {
    const routes = 'routes: [{ service: a.B, cluster: "${env:PASSWORD}" }]';
    const text = await problemsOf(sample({ routes }), from);
    assert.match(text, /no cluster is named the value of \$\{env:PASSWORD\}/);
    assert.ok(!text.includes("hunter2"));
  });
});
