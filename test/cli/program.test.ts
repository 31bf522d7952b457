import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, suite, test } from "node:test";
import { type ExampleServer, startExampleServer } from "../../example/server.ts";
import { runProgram } from "../../src/cli/index.ts";
import { testConfig } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

let folder = "";
let backend: ExampleServer;
let file = "";
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "diglot-cli-"));
  backend = await startExampleServer({ port: 0 });
  file = join(folder, "gateway.yaml");
  writeFileSync(file, testConfig(backend.port));
});
after(async () => {
  await backend.stop();
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "";
  let error = "";
  const code = await runProgram(args, {
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

suite("diglot check", () => {
  test("says what is served, and exits 0", async () => {
    const { code, out, error } = await run("check", file);
    assert.equal(code, 0);
    assert.match(out, /^ok: .*gateway\.yaml: 1 listeners, 1 clusters, 2 services, \d+ routes\n$/);
    assert.equal(error, "");
  });

  test("shows every mistake with line, caret and remedy, and exits 1", async () => {
    const broken = join(folder, "broken.yaml");
    writeFileSync(
      broken,
      testConfig(backend.port).replace("cluster: library", "clusterr: library"),
    );
    const { code, out, error } = await run("check", broken);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(error, /error: .*clusterr/);
    assert.match(error, / --> .*broken\.yaml:\d+:\d+\n/);
    assert.match(error, /\^+ did you mean "cluster"\?/);
  });

  test("a service that the descriptors do not have is shown in the document", async () => {
    const broken = join(folder, "service.yaml");
    writeFileSync(broken, testConfig(backend.port).replace("library.v1.*", "library.v1.Nope"));
    const { code, error } = await run("check", broken);
    assert.equal(code, 1);
    assert.match(error, /no service "library\.v1\.Nope" in the descriptors/);
  });

  test("prints JSON and SARIF for machines", async () => {
    const broken = join(folder, "machine.yaml");
    writeFileSync(broken, "version: 2\n");
    const json = await run("check", broken, "--format", "json");
    const sarif = await run("check", broken, "--format", "sarif");
    assert.deepEqual([json.code, sarif.code], [1, 1]);
    assert.ok(JSON.parse(json.out));
    assert.equal((JSON.parse(sarif.out) as { version: string }).version, "2.1.0");
  });

  test("a file that is not there exits 1", async () => {
    const { code, error } = await run("check", join(folder, "none.yaml"));
    assert.equal(code, 1);
    assert.match(error, /none\.yaml/);
  });
});

suite("diglot routes and descriptors", () => {
  test("routes lists method, path, rpc and cluster", async () => {
    const { code, out } = await run("routes", file);
    assert.equal(code, 0);
    assert.match(out, /^METHOD +PATH +RPC +CLUSTER\n/);
    assert.match(
      out,
      /^GET +\/v1\/\{name=shelves\/\*\} +library\.v1\.LibraryService\/GetShelf +library$/m,
    );
    const rows = JSON.parse((await run("routes", file, "--json")).out) as { path: string }[];
    assert.ok(rows.some(({ path }) => path === "/v1/shelves"));
  });

  test("descriptors reports what was loaded, and prints one declaration", async () => {
    const { out } = await run("descriptors", file);
    assert.match(out, /service library\.v1\.LibraryService\n/);
    assert.match(out, /GetBook\(library\.v1\.GetBookRequest\) returns \(library\.v1\.Book\)/);
    const proto = await run("descriptors", file, "--proto", "library.v1.Shelf");
    assert.match(proto.out, /^message Shelf \{/m);
    assert.equal((await run("descriptors", file, "--proto", "no.Such")).code, 3);
    assert.ok(JSON.parse((await run("descriptors", file, "--json")).out));
  });

  test("schema is the one in docs", async () => {
    const { out } = await run("schema");
    assert.deepEqual(JSON.parse(out), JSON.parse(readFileSync("docs/gateway.schema.json", "utf8")));
  });
});

suite("diglot explain", () => {
  test("says what a request becomes: binding, captures, message, curl and grpcurl", async () => {
    const { code, out } = await run(
      "explain",
      "patch",
      "/v1/shelves/a/books/b?update_mask=title",
      "-d",
      '{"title":"X"}',
      "-c",
      file,
    );
    assert.equal(code, 0);
    assert.match(out, /route +PATCH \/v1\/\{book\.name=shelves\/\*\/books\/\*\}/);
    assert.match(out, /\{book\.name\} +"shelves\/a\/books\/b"/);
    assert.match(out, /"updateMask": "title"/);
    assert.match(
      out,
      /curl -X PATCH .* 'http:\/\/127\.0\.0\.1:0\/v1\/shelves\/a\/books\/b\?update_mask=title'/,
    );
    assert.match(
      out,
      /grpcurl -plaintext -d '\{.*\}' 127\.0\.0\.1:\d+ library\.v1\.LibraryService\/UpdateBook/,
    );
  });

  test("says why the three nearest routes lost where none matches, and exits 3", async () => {
    const { code, out } = await run("explain", "GET", "/v1/shelvs/a", "-c", file);
    assert.equal(code, 3);
    assert.match(out, /no route: 404/);
    assert.match(out, /nearest routes, and why they lost\n/);
    assert.match(
      out,
      /GET \/v1\/\{name=shelves\/\*\}\n +segment 2 is "shelvs", the template wants "shelves"/,
    );
    assert.equal(out.match(/^ {2}[A-Z]+ \//gm)?.length, 3);
  });

  test("says which methods a path is served with", async () => {
    const { code, out } = await run("explain", "PUT", "/v1/shelves", "-c", file);
    assert.equal(code, 3);
    assert.match(out, /405: the path is served with GET, HEAD, POST, OPTIONS/);
  });

  test("says why a request is refused", async () => {
    const { code, out } = await run(
      "explain",
      "POST",
      "/v1/kitchen-sink:echo",
      "-d",
      '{"fInt32":"x"}',
      "-c",
      file,
    );
    assert.equal(code, 3);
    assert.match(out, /refused +400 INVALID_FIELD: fInt32: expected/);
  });

  const others = [
    "listeners:",
    "  other: { listen: 127.0.0.1:18099, rest: { wrong_method: 501 } }",
  ].join("\n");
  const rows = [
    {
      name: "shows each message of a stream, and a grpcurl that sends them",
      args: ["POST", "/v1/books:discuss", "-d", '[{"reader":"a"},{"reader":"b"}]'],
      code: 0,
      wants: [
        /a stream of 2\n\[0\] \{[^}]*"a"[^}]*\}\n\[1\]/,
        /-d '\{"reader":"a"\} \{"reader":"b"\}'/,
      ],
    },
    {
      name: "says at which message of a stream the request is refused",
      args: ["POST", "/v1/books:discuss", "-d", '[{"reader":"a"},{"reader":1}]'],
      code: 3,
      wants: [/a stream of 1\n/, /refused +400 INVALID_FIELD: \[1\]\.reader/],
    },
    {
      name: "refuses a body where the rule takes none, as the server does",
      args: ["GET", "/v1/shelves/a", "-d", "{}"],
      code: 3,
      wants: [/refused +400 UNEXPECTED_BODY/],
    },
    {
      name: "answers OPTIONS as the server does",
      args: ["OPTIONS", "/v1/shelves"],
      code: 0,
      wants: [/answered +204 by the gateway itself, allow: GET, HEAD, POST, OPTIONS/],
    },
    {
      name: "gives a wrong method the status of the listener",
      args: ["PUT", "/v1/shelves", "-l", "other"],
      code: 3,
      wants: [/no route: 501: the path is served with GET/],
    },
    {
      name: "asks the listener that was named, by HEAD as curl does it",
      args: ["HEAD", "/v1/shelves/a", "-l", "other"],
      code: 0,
      wants: [/curl -I http:\/\/127\.0\.0\.1:18099\/v1\/shelves\/a\n/],
    },
    {
      name: "shows the metadata that headers become, and gives them to curl and grpcurl",
      args: ["GET", "/v1/shelves/a", "-H", "X-Tenant: b", "-H", "accept: */*"],
      code: 0,
      wants: [
        /metadata +x-tenant: b\n/,
        /curl -H 'x-tenant: b' -H 'accept: \*\/\*' http/,
        /grpcurl -plaintext -H 'x-tenant: b' -d/,
      ],
    },
    {
      name: "keeps the content type that was given",
      args: ["POST", "/v1/kitchen-sink:echo", "-H", "content-type: text/json", "-d", "{}"],
      code: 3,
      wants: [/refused +415 UNSUPPORTED_MEDIA_TYPE/],
    },
    {
      name: "calls a header without a colon wrong",
      args: ["GET", "/v1/shelves/a", "-H", "x-tenant"],
      code: 2,
      wants: [/^error: header "x-tenant": expected name: value\n$/],
    },
    {
      name: "calls a file of data that is not there wrong",
      args: ["POST", "/v1/shelves", "-d", "@/nowhere/x.json"],
      code: 2,
      wants: [/^error: \/nowhere\/x\.json cannot be read\n$/],
    },
  ];
  for (const { name, args, code, wants } of rows) {
    test(name, async () => {
      const several = join(folder, "several.yaml");
      writeFileSync(several, testConfig(backend.port).replace("listeners:", others));
      const got = await run("explain", ...args, "-c", several);
      assert.equal(got.code, code, got.out + got.error);
      for (const want of wants) assert.match(got.out + got.error, want);
    });
  }

  test("passes the message through the filters of its route, and names them", async () => {
    const filtered = join(folder, "filtered.yaml");
    const protos = join(folder, "rules");
    mkdirSync(protos, { recursive: true });
    writeFileSync(
      join(protos, "t.proto"),
      [
        'syntax = "proto3"; package t;',
        'import "google/api/annotations.proto"; import "buf/validate/validate.proto";',
        "message R { string id = 1 [(buf.validate.field).string.min_len = 3]; }",
        'service S { rpc M(R) returns (R) { option (google.api.http) = { get: "/x/{id}" }; } }',
      ].join("\n"),
    );
    const options = {
      protos,
      top: "filters: { checked: { type: protovalidate } }",
      routes: "- { service: t.S, cluster: library, filters: [checked] }",
    };
    writeFileSync(filtered, testConfig(backend.port, options));
    const refused = await run("explain", "GET", "/x/ab", "-c", filtered);
    assert.equal(refused.code, 3);
    assert.match(refused.out, /filters +checked\n/);
    assert.match(refused.out, /refused +400 [A-Z_]+: .*id/);
    assert.equal((await run("explain", "GET", "/x/abc", "-c", filtered)).code, 0);
  });
});

suite("diglot's command line", () => {
  test("help teaches, and exits 0", async () => {
    const { code, out } = await run("--help");
    assert.equal(code, 0);
    assert.match(out, /Examples:/);
    assert.match(out, /Exit codes:/);
  });

  for (const args of [
    ["nope"],
    ["check", "--format", "xml"],
    ["explain", "GET"],
    ["routes", "a", "b"],
  ]) {
    test(`${args.join(" ")} exits 2`, async () => {
      const { code, error } = await run(...args);
      assert.equal(code, 2);
      assert.match(error, /^error: /);
    });
  }
});

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly port: number;
  readonly exit: Promise<number | null>;
}

/** Starts `diglot serve` as a process of its own, and waits until it listens. */
async function startServe(config: string): Promise<Running> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/bin.ts", "serve", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", () => reject(new Error("it ended")));
    child.stdout.on("data", (chunk: Buffer) => {
      lines.push(
        ...chunk
          .toString()
          .split("\n")
          .filter((line) => line !== ""),
      );
      const started = lines.find((line) => line.includes("listener.started"));
      const found = /"address":"127\.0\.0\.1:(\d+)"/.exec(started ?? "")?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return { child, lines, port, exit };
}

suite("diglot serve, as a process", () => {
  test("X-01: answers, logs JSON lines, and on SIGTERM finishes what is in flight and exits 0", async () => {
    const { child, lines, port, exit } = await startServe(file);
    assert.equal((await send(port, "GET", "/v1/shelves")).status, 200);
    const count = backend.requestCount();
    const slow = send(port, "GET", "/v1/sleep/0.3s");
    while (backend.requestCount() === count) await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGTERM");
    assert.equal((await slow).status, 200);
    assert.equal(await exit, 0);
    for (const line of lines) assert.ok(JSON.parse(line), line);
    assert.ok(lines.some((line) => line.includes('"path":"/v1/shelves"')));
  });

  test("X-02: a second SIGTERM ends it at once with 143", async () => {
    const { child, port, exit } = await startServe(file);
    const count = backend.requestCount();
    const slow = send(port, "GET", "/v1/sleep/5s").catch(() => "cut");
    while (backend.requestCount() === count) await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGTERM");
    await assert.rejects(async () => {
      for (;;) await send(port, "GET", "/v1/shelves");
    });
    child.kill("SIGTERM");
    assert.equal(await exit, 143);
    assert.equal(await slow, "cut");
  });

  test("R-02: a broken configuration exits 1 with nothing listening", async () => {
    const broken = join(folder, "start.yaml");
    writeFileSync(broken, "version: 1\n");
    const { code, error } = await run("serve", broken);
    assert.equal(code, 1);
    assert.match(error, /listeners/);
  });

  test("a reader that goes away ends the output without a word", async () => {
    const child = spawn(
      "sh",
      ["-c", `"${process.execPath}" --import tsx src/cli/bin.ts schema | head -n 1`],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let error = "";
    child.stderr.on("data", (chunk: Buffer) => {
      error += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    assert.deepEqual([code, error], [0, ""]);
  });
});
