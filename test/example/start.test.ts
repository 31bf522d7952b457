import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Start {
  readonly child: ChildProcess;
  /** What it has written so far. */
  output(): string;
  /** Resolves when the output matches. Rejects when it ends before. */
  matching(pattern: RegExp): Promise<RegExpExecArray>;
  exitCode(): Promise<number | null>;
}

/** What `npm start` runs, on ports of the system's choice where none is given. */
function startExample(ports: Readonly<Record<string, string>> = {}): Start {
  const child = spawn(process.execPath, ["--import", "tsx", "example/start.ts"], {
    cwd: root,
    env: { ...process.env, DIGLOT_PORT: "0", EXAMPLE_PORT: "0", ...ports },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "close") as Promise<[number | null]>;
  let output = "";
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return {
    child,
    output: () => output,
    matching: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        child.stdout.on("data", look);
        void exit.then(() => reject(new Error(`ended without ${pattern}: ${output}`)));
        look();
      }),
    exitCode: async () => (await exit)[0],
  };
}

suite("npm start", () => {
  let start: Start;
  before(() => {
    start = startExample();
  });
  after(() => start.child.kill("SIGKILL"));

  test("prints a curl that works", async () => {
    const [, url = ""] = await start.matching(/^ {2}curl (\S+)\n/m);
    const response = await fetch(url);
    assert.equal(response.status, 200);
    const book = (await response.json()) as { title: string };
    assert.equal(book.title, "Moby-Dick; or, The Whale");
  });

  test("prints the routes and the URLs", async () => {
    await start.matching(/Ctrl\+C/);
    assert.match(
      start.output(),
      / GET +\/v1\/\{name=shelves\/\*\/books\/\*\} +LibraryService.GetBook\n/,
    );
    assert.match(start.output(), /REST and JSON +http:\/\/127\.0\.0\.1:\d+\n/);
    assert.match(start.output(), /gRPC back end +127\.0\.0\.1:\d+ /);
  });

  test("writes a line for every request", async () => {
    const [, url = ""] = await start.matching(/^ {2}curl (\S+)\n/m);
    await fetch(`${url}?seen=1`);
    await start.matching(/^\{.*"status":200.*\}\n/m);
  });

  test("ends with 0 on SIGTERM", async () => {
    await start.matching(/Ctrl\+C/);
    start.child.kill("SIGTERM");
    assert.equal(await start.exitCode(), 0);
  });
});

suite("npm start where a port is taken", () => {
  const taken = createServer();
  let port = 0;
  before(async () => {
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    port = (taken.address() as { port: number }).port;
  });
  after(() => taken.close());

  for (const variable of ["DIGLOT_PORT", "EXAMPLE_PORT"]) {
    test(`${variable} is named as the remedy`, async () => {
      const start = startExample({ [variable]: String(port) });
      assert.equal(await start.exitCode(), 1);
      assert.match(start.output(), new RegExp(`:${port}`));
      assert.match(start.output(), new RegExp(`${variable}=\\d+ npm start`));
    });
  }
});
