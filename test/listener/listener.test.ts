import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import type { Exchange, Response } from "../../src/exchange/index.ts";
import { type Listener, startListener } from "../../src/listener/index.ts";
import { deferred } from "../support/deferred.ts";
import { exchangeRaw, statusOf } from "../support/raw-http.ts";
import { serviceOf, startTestListener, testListenerOptions } from "./test-listener.ts";

function text(status: number, body: string): Response {
  return {
    status,
    headers: ["content-type", "text/plain", "content-length", String(Buffer.byteLength(body))],
    body: Buffer.from(body),
  };
}

suite("listener", () => {
  const open: Listener[] = [];
  after(() => Promise.all(open.map((listener) => listener.drain(0))));
  const echo = async (exchange: Exchange): Promise<Response> => {
    const body = await exchange.body.readAll(64 * 1024);
    if (!body.ok) return text(body.error === "tooLarge" ? 413 : 400, body.error);
    return text(200, `${exchange.method} ${exchange.path} ${Buffer.from(body.value).toString()}`);
  };

  test("serves a request, its body in one piece or in chunks of one byte", async () => {
    const { listener, port } = await startTestListener(echo);
    open.push(listener);
    const whole = await exchangeRaw(
      port,
      "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    );
    assert.match(whole, /POST \/a hello$/);
    const chunks = [..."hello"].map((character) => `1\r\n${character}\r\n`).join("");
    const chunked = await exchangeRaw(
      port,
      `POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    assert.match(chunked, /POST \/a hello$/);
  });

  test("gives bytes over 127 back as they were", async () => {
    const { listener, port } = await startTestListener(echo);
    open.push(listener);
    const answer = await exchangeRaw(
      port,
      Buffer.from(
        "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\ncafé",
      ),
    );
    assert.equal(Buffer.from(answer, "latin1").toString().slice(-12), "POST /a café");
  });

  test("J-04: refuses a declared body over the limit before reading it, and lets the client read why", async () => {
    const { listener, port } = await startTestListener(echo);
    open.push(listener);
    const answer = await exchangeRaw(
      port,
      `POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n${"x".repeat(100_000)}`,
    );
    assert.equal(statusOf(answer), 413);
    assert.match(answer, /connection: close/i);
  });

  test("J-05: stops a chunked body at the limit", async () => {
    const { listener, port } = await startTestListener(echo);
    open.push(listener);
    const chunk = `8000\r\n${"x".repeat(0x8000)}\r\n`;
    const answer = await exchangeRaw(
      port,
      `POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`,
    );
    assert.equal(statusOf(answer), 413);
  });

  const broken = [
    {
      name: "H1-01 content-length with transfer-encoding",
      head: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      want: 400,
    },
    {
      name: "H1-02 two content-lengths",
      head: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
      want: 400,
    },
    {
      name: "H1-06 transfer-encoding gzip, chunked",
      head: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      want: 501,
    },
    {
      name: "H1-16 a space before the colon",
      head: "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
      want: 400,
    },
    {
      name: "H1-17 a folded line",
      head: "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
      want: 400,
    },
    { name: "H1-22 no host", head: "GET / HTTP/1.1\r\n\r\n", want: 400 },
    { name: "H1-26 CONNECT", head: "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", want: 405 },
    { name: "H1-27 TRACE", head: "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", want: 405 },
    { name: "H1-29 HTTP/2.0 as text", head: "GET / HTTP/2.0\r\nHost: x\r\n\r\n", want: 505 },
    {
      name: "H1-33 a header block over the limit",
      head: `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(40_000)}\r\n\r\n`,
      want: 431,
    },
    {
      name: "H1-34 1,500 headers",
      head: `GET / HTTP/1.1\r\nHost: x\r\n${"a:b\r\n".repeat(1500)}\r\n`,
      want: 431,
    },
    {
      name: "H1-41 expect: bogus",
      head: "POST / HTTP/1.1\r\nHost: x\r\nExpect: bogus\r\nContent-Length: 0\r\n\r\n",
      want: 417,
    },
    {
      name: "H1-45 a TLS greeting",
      head: "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
      want: 400,
    },
  ];
  for (const row of broken) {
    test(`${row.name} is answered with ${row.want} in JSON and the connection closes`, async () => {
      const { listener, port } = await startTestListener(() =>
        assert.fail("it never becomes an exchange"),
      );
      open.push(listener);
      const answer = await exchangeRaw(port, Buffer.from(row.head, "latin1"));
      assert.equal(statusOf(answer), row.want);
      assert.match(answer, /content-type: application\/json/i);
      assert.match(answer, /"domain":"diglot"/);
      assert.match(answer, /connection: close/i);
    });
  }

  test("H1-38: a broken request behind a sound one does not take the place of its answer", async () => {
    const { listener, port } = await startTestListener(echo);
    open.push(listener);
    const answers = await exchangeRaw(
      port,
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/9.9\r\nHost: x\r\n\r\n",
    );
    assert.match(answers, /^HTTP\/1\.1 200 [\s\S]*GET \/a [\s\S]*HTTP\/1\.1 (400|505) /);
  });

  test("H1-40: expect: 100-continue is answered when the body is asked for, and not before a refusal", async () => {
    const refusing = await startTestListener(() => Promise.resolve(text(401, "no")));
    const reading = await startTestListener(echo);
    open.push(refusing.listener, reading.listener);
    const head =
      "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    assert.match(await exchangeRaw(refusing.port, head), /^HTTP\/1\.1 401 /);
    assert.match(
      await exchangeRaw(reading.port, `${head}hi`),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
  });

  test("P-21: forwarded addresses count only as far as hops are trusted", async () => {
    const seen: string[] = [];
    const note = (exchange: Exchange): Promise<Response> => {
      seen.push(
        `${exchange.client.address} | ${exchange.client.forwardedFor} | ${exchange.client.scheme}`,
      );
      return Promise.resolve(text(200, ""));
    };
    for (const trustedHops of [0, 1, 2]) {
      const { listener, port } = await startTestListener(note, { trustedHops });
      open.push(listener);
      await exchangeRaw(
        port,
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nX-Forwarded-Proto: https\r\n\r\n",
      );
    }
    assert.deepEqual(seen, [
      "127.0.0.1 | 127.0.0.1 | http",
      "2.2.2.2 | 2.2.2.2, 127.0.0.1 | https",
      "1.1.1.1 | 1.1.1.1, 2.2.2.2, 127.0.0.1 | https",
    ]);
  });

  test("the exchange is cancelled when the client goes away", async () => {
    const cancelled = deferred<void>();
    const { listener, port } = await startTestListener((exchange) => {
      exchange.cancellation.onCancel(() => cancelled.resolve());
      socket.destroy();
      return new Promise(() => undefined);
    });
    open.push(listener);
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    );
    await cancelled.promise;
  });

  test("a body that ends early is incomplete", async () => {
    const problem = deferred<string>();
    const { listener, port } = await startTestListener(async (exchange) => {
      const reading = exchange.body.readAll(100);
      socket.destroy();
      const body = await reading;
      problem.resolve(body.ok ? "whole" : body.error);
      return text(400, "");
    });
    open.push(listener);
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    });
    assert.equal(await problem.promise, "incomplete");
  });

  test("drain lets the request in flight finish, closes its connection and accepts no other", async () => {
    const entered = deferred<void>();
    const release = deferred<void>();
    const { listener, port } = await startTestListener(async () => {
      entered.resolve();
      await release.promise;
      return text(200, "done");
    });
    const answer = exchangeRaw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await entered.promise;
    const drained = listener.drain(10_000);
    await assert.rejects(exchangeRaw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), {
      code: "ECONNREFUSED",
    });
    release.resolve();
    assert.match(await answer, /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*done$/i);
    await drained;
  });

  test("drain cuts what is still there at its limit", async () => {
    const { listener, port } = await startTestListener(() => new Promise(() => undefined));
    const answer = exchangeRaw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").catch(() => "cut");
    await new Promise((resolve) => setImmediate(resolve));
    await listener.drain(0);
    assert.ok(["", "cut"].includes(await answer));
  });

  test("a unix socket is served, and a stale file of it is replaced", async () => {
    const folder = mkdtempSync(join(tmpdir(), "diglot-listener-"));
    try {
      const path = join(folder, "s.sock");
      const { listener } = await startTestListener(echo, { bind: { kind: "unix", path } });
      open.push(listener);
      assert.equal(listener.address, `unix:${path}`);
      const status = await new Promise((resolve, reject) => {
        request({ socketPath: path, path: "/a", agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
      assert.equal(status, 200);
      const second = await startListener(
        { ...testListenerOptions, bind: { kind: "unix", path } },
        serviceOf(echo),
        systemClock,
      );
      assert.deepEqual(second, { ok: false, error: `unix:${path} is in use by another process` });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("a port that is taken is an error with its name", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const result = await startListener(
      { ...testListenerOptions, bind: { kind: "tcp", host: "127.0.0.1", port: address.port } },
      serviceOf(echo),
      systemClock,
    );
    other.close();
    assert.deepEqual(result, {
      ok: false,
      error: `127.0.0.1:${address.port} is in use by another process`,
    });
  });
});
