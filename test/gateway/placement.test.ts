import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { type ExampleServer, startExampleServer } from "../../example/server.ts";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { formatProblems, parseConfig } from "../../src/config/index.ts";
import { type Gateway, startGateway } from "../../src/gateway/index.ts";
import { quiet, testConfig } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

interface Placed {
  readonly port: number;
  readonly backends: readonly ExampleServer[];
  readonly gateway: Gateway;
}

/** A gateway before four back ends; `endpoint` says how each is listed. */
async function withPlaced(
  keys: { readonly cluster: string; readonly route?: string },
  endpoint: (port: number, index: number) => string,
  run: (placed: Placed) => Promise<void>,
): Promise<void> {
  const backends = await Promise.all([0, 1, 2, 3].map(() => startExampleServer({ port: 0 })));
  const list = backends.map((backend, index) => endpoint(backend.port, index)).join(", ");
  const text = testConfig(1)
    .replace('endpoints: ["127.0.0.1:1"]', `endpoints: [${list}]\n    ${keys.cluster}`)
    .replace(
      /^routes:[\s\S]*$/m,
      `routes:\n  - { service: library.v1.*, cluster: library${keys.route ?? ""} }\n`,
    );
  const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
  if (!loaded.ok)
    assert.fail(formatProblems(loaded.error.problems, { colour: false, sourceOf: () => text }));
  const started = await startGateway(loaded.value, {
    clock: systemClock,
    random: systemRandom,
    logger: quiet,
    accessLog: { write: () => undefined },
  });
  assert.ok(started.ok);
  const port = Number(started.value.addresses.get("public")?.split(":").at(-1));
  try {
    await run({ port, backends, gateway: started.value });
  } finally {
    await started.value.stop();
    await Promise.all(backends.map((backend) => backend.stop()));
  }
}

/** How many calls each back end takes while `ask` runs. */
async function taken({ backends }: Placed, ask: () => Promise<void>): Promise<number[]> {
  const before = backends.map((backend) => backend.requestCount());
  await ask();
  return backends.map((backend, index) => backend.requestCount() - (before[index] ?? 0));
}

const plain = (port: number): string => `"127.0.0.1:${port}"`;

/** Calls until every back end has been connected to. */
async function warmUp({ port, backends }: Placed): Promise<void> {
  for (let i = 0; i < 400 && backends.some((backend) => backend.requestCount() === 0); i++) {
    const headers = { "x-user": String(i), cookie: `session=${i}` };
    await send(port, "GET", `/v1/shelves/shelf-${i}`, { headers });
  }
}

suite("the key that leads calls to one endpoint", () => {
  const keys = [
    { key: "header:X-User", ask: (i: number) => ({ path: "/v1/shelves/a", "x-user": `u${i}` }) },
    {
      key: "cookie:session",
      ask: (i: number) => ({ path: "/v1/shelves/a", cookie: `other=1; session=s${i}` }),
    },
    { key: "path:name", ask: (i: number) => ({ path: `/v1/shelves/s${i}` }) },
  ];
  for (const policy of ["ring_hash", "maglev"]) {
    for (const { key, ask } of keys) {
      test(`${policy} by ${key}`, () =>
        withPlaced(
          { cluster: `balance: { ${policy}: { key: "${key}" } }` },
          plain,
          async (placed) => {
            await warmUp(placed);
            const homes = new Set<number>();
            for (let i = 0; i < 12; i++) {
              const { path, ...headers } = ask(i);
              const counts = await taken(placed, async () => {
                for (let n = 0; n < 5; n++) await send(placed.port, "GET", path, { headers });
              });
              assert.deepEqual(
                counts.toSorted((a, b) => b - a),
                [5, 0, 0, 0],
                `${i}`,
              );
              homes.add(counts.indexOf(5));
            }
            assert.ok(homes.size > 1, "different keys have different homes");
          },
        ));
    }
  }
});

suite("a route's subset", () => {
  const endpoint = (port: number, index: number): string =>
    `{ address: "127.0.0.1:${port}", metadata: { version: v${index % 2} } }`;

  test("is all that its calls go to", () =>
    withPlaced(
      { cluster: "subset_by: [version]", route: ", subset: { version: v1 }" },
      endpoint,
      async (placed) => {
        const counts = await taken(placed, async () => {
          for (let i = 0; i < 20; i++) await send(placed.port, "GET", "/v1/shelves/a");
        });
        assert.equal(counts[0], 0);
        assert.equal(counts[2], 0);
        assert.ok((counts[1] ?? 0) > 0 && (counts[3] ?? 0) > 0, `${counts}`);
      },
    ));

  test("that nobody is in is answered 503 at once", () =>
    withPlaced(
      { cluster: "subset_by: [version]", route: ", subset: { version: v9 }" },
      endpoint,
      async ({ port }) => {
        const answer = await send(port, "GET", "/v1/shelves/a");
        assert.equal(answer.status, 503);
      },
    ));

  test("needs the names of the cluster's subset_by", async () => {
    const text = testConfig(1).replace(
      /^routes:[\s\S]*$/m,
      "routes:\n  - { service: library.v1.*, cluster: library, subset: { version: v1 } }\n",
    );
    const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
    assert.ok(!loaded.ok);
    const shown = formatProblems(loaded.error.problems, { colour: false, sourceOf: () => text });
    assert.match(shown, /routes\[0\]\.subset: needs one value for each name of subset_by/);
  });
});
