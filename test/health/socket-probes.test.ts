import assert from "node:assert/strict";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { suite, test } from "node:test";
import { CancellationSource } from "../../src/base/index.ts";
import {
  type HttpProbeOptions,
  httpCheck,
  openPlainSocket,
  type ProbeResult,
  type ProbeSocketEvents,
  type ProbeSocketOpener,
  tcpCheck,
} from "../../src/health/index.ts";

const options: HttpProbeOptions = {
  path: "/healthz?full=1",
  host: "library.internal",
  userAgent: "diglot/0",
  statuses: [
    { from: 200, to: 299 },
    { from: 404, to: 404 },
  ],
};

/** A socket that a test drives. */
function fakeSocket() {
  let events: ProbeSocketEvents | undefined;
  const seen = { written: "", destroyed: 0 };
  const open: ProbeSocketOpener = (given) => {
    events = given;
    return {
      write: (bytes) => {
        seen.written += bytes;
      },
      destroy: () => {
        seen.destroyed++;
      },
    };
  };
  return {
    seen,
    open,
    get events(): ProbeSocketEvents {
      assert.ok(events);
      return events;
    },
  };
}

const long = "x".repeat(9000);

suite("an HTTP probe", () => {
  const rows: readonly {
    readonly name: string;
    readonly chunks: readonly string[];
    readonly want: ProbeResult | "waits";
  }[] = [
    {
      name: "passes by a status in a range",
      chunks: ["HTTP/1.1 204 \r\n"],
      want: { kind: "pass" },
    },
    { name: "passes by a single status", chunks: ["HTTP/1.0 404\r\n"], want: { kind: "pass" } },
    { name: "passes byte by byte", chunks: [..."HTTP/1.1 200 OK"], want: { kind: "pass" } },
    {
      name: "fails by any other status",
      chunks: ["HTTP/1.1 503 Service Unavailable\r\n\r\n"],
      want: { kind: "fail", reason: "the endpoint answered HTTP 503" },
    },
    {
      name: "passes over interim answers",
      chunks: [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: a\r\n",
        "\r\nHTTP/1.1 200 OK",
      ],
      want: { kind: "pass" },
    },
    {
      name: "takes no protocol switch for a pass",
      chunks: ["HTTP/1.1 101 Switching Protocols\r\n\r\n"],
      want: { kind: "fail", reason: "the endpoint answered HTTP 101" },
    },
    {
      name: "fails by what is not HTTP/1.1",
      chunks: ["\0\0\x18\x04\0\0\0\0\0"],
      want: { kind: "fail", reason: "the answer is not HTTP/1.1" },
    },
    {
      name: "fails by a status that is none",
      chunks: ["HTTP/1.1 2000 OK"],
      want: { kind: "fail", reason: "the answer is not HTTP/1.1" },
    },
    { name: "waits for the whole status", chunks: ["HTTP/1.1 20"], want: "waits" },
    {
      name: "reads no endless head",
      chunks: [`HTTP/1.1 103 Early\r\nx: ${long}`],
      want: { kind: "fail", reason: "the head of the answer is too long" },
    },
  ];
  for (const { name, chunks, want } of rows) {
    test(name, async () => {
      const fake = fakeSocket();
      const result = httpCheck(options, fake.open)(new CancellationSource());
      fake.events.onConnect();
      for (const chunk of chunks) fake.events.onData(Buffer.from(chunk, "latin1"));
      if (want === "waits") {
        assert.equal(fake.seen.destroyed, 0);
        fake.events.onClose(undefined);
        const reason = "the connection was closed without an answer";
        assert.deepEqual(await result, { kind: "fail", reason });
      } else {
        assert.ok(fake.seen.destroyed > 0);
        assert.deepEqual(await result, want);
      }
    });
  }

  test("sends one request, once connected, and asks for the connection to be closed", () => {
    const fake = fakeSocket();
    void httpCheck(options, fake.open)(new CancellationSource());
    assert.equal(fake.seen.written, "");
    fake.events.onConnect();
    assert.equal(
      fake.seen.written,
      "GET /healthz?full=1 HTTP/1.1\r\nhost: library.internal\r\nuser-agent: diglot/0\r\n" +
        "accept: */*\r\nconnection: close\r\n\r\n",
    );
  });

  test("closes its socket when it is called off", async () => {
    const fake = fakeSocket();
    const source = new CancellationSource();
    const result = httpCheck(options, fake.open)(source);
    source.cancel();
    assert.deepEqual(await result, { kind: "fail", reason: "called off" });
    assert.equal(fake.seen.destroyed, 1);
  });

  test("asks a real server", { timeout: 20_000 }, async () => {
    const urls: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      urls.push(request.url);
      response.end("well".repeat(100_000));
    });
    const port = await listen(server);
    const check = httpCheck(options, openPlainSocket({ host: "127.0.0.1", port }));
    assert.deepEqual(await check(new CancellationSource()), { kind: "pass" });
    assert.deepEqual(urls, ["/healthz?full=1"]);
    await close(server);
  });
});

suite("a TCP probe", () => {
  test("passes once connected, and closes the connection", async () => {
    const fake = fakeSocket();
    const result = tcpCheck(fake.open)(new CancellationSource());
    fake.events.onConnect();
    assert.deepEqual(await result, { kind: "pass" });
    assert.equal(fake.seen.destroyed, 1);
  });

  test("closes its socket when it is called off", async () => {
    const fake = fakeSocket();
    const source = new CancellationSource();
    const result = tcpCheck(fake.open)(source);
    source.cancel();
    assert.deepEqual(await result, { kind: "fail", reason: "called off" });
    assert.equal(fake.seen.destroyed, 1);
  });

  test("passes with a port that listens and fails with one that does not", {
    timeout: 20_000,
  }, async () => {
    const server = net.createServer((socket) => socket.destroy());
    const port = await listen(server);
    const check = tcpCheck(openPlainSocket({ host: "127.0.0.1", port }));
    assert.deepEqual(await check(new CancellationSource()), { kind: "pass" });
    await close(server);
    const result = await check(new CancellationSource());
    assert.match(result.kind === "fail" ? result.reason : result.kind, /ECONNREFUSED/);
  });
});

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

function close(server: net.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
