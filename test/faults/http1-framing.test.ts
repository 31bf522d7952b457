import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

/** A raw connection: what came, and whether the other side has ended it. */
interface RawConnection {
  readonly socket: Socket;
  readonly text: () => string;
  readonly ended: Promise<void>;
}

function open(port: number): RawConnection {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return { socket, text: () => Buffer.concat(chunks).toString("latin1"), ended };
}

/** A connection that must end and has not by then, in ms, fails its test. */
const patienceMs = 10_000;

/** Sends bytes and waits until the other side has ended the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const { socket, text, ended } = open(port);
  socket.write(Buffer.from(bytes, "latin1"));
  const patience = setTimeout(() => socket.destroy(new Error("not ended")), patienceMs);
  let isLate = false;
  socket.once("error", ({ message }) => {
    isLate = message === "not ended";
  });
  await ended;
  clearTimeout(patience);
  assert.ok(!isLate, `the connection was not ended: ${text().slice(0, 300)}`);
  return text();
}

function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map(([, status]) => Number(status));
}

const last = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n";

suite("faults.md group 1: HTTP/1.1 framing and smuggling", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ listener: "limits: { header_timeout: 400ms }" });
  });
  after(() => gateway.stop());

  /** Runs `use` and checks how many calls went upstream meanwhile. */
  async function counting(want: number, use: () => Promise<void>): Promise<void> {
    const calls = gateway.backend.requestCount();
    await use();
    const sentinel = await send(gateway.port, "GET", "/v1/kitchen-sink");
    assert.equal(sentinel.status, 200);
    assert.equal(gateway.backend.requestCount() - calls - 1, want, "calls that went upstream");
  }

  const inner = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n";
  // An answer that is there before the end of its request was read ends the connection.
  const carriers = [
    {
      name: "with connection: close",
      bytes: `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
      want: [400],
    },
    {
      name: "before another request",
      bytes: `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${inner.length}\r\n\r\n${inner}${last}`,
      want: [400],
    },
    {
      name: "in chunks",
      bytes: `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n${last}`,
      want: [400],
    },
  ];
  for (const { name, bytes, want } of carriers) {
    test(`H1-36: a body that looks like a request is never one: ${name}`, () =>
      counting(0, async () => {
        assert.deepEqual(statuses(await exchange(gateway.port, bytes)), want);
      }));
  }

  test("H1-37: what comes behind connection: close is not executed, and not answered", () =>
    counting(1, async () => {
      assert.deepEqual(statuses(await exchange(gateway.port, last + last)), [200]);
    }));

  test("H1-26: CONNECT behind a sound request is answered after it, and its reset ends no process", () =>
    counting(1, async () => {
      const { socket, text, ended } = open(gateway.port);
      socket.write(
        "GET /v1/sleep/0.05s HTTP/1.1\r\nHost: gateway\r\n\r\nCONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nhello",
      );
      await ended;
      assert.deepEqual(statuses(text()), [200, 405]);
      const reset = open(gateway.port);
      reset.socket.write("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nhello");
      await new Promise((resolve) => reset.socket.once("data", resolve));
      reset.socket.resetAndDestroy();
      await reset.ended;
    }));

  test("H1-39: pipelined requests are all answered, in their order", () =>
    counting(1000, async () => {
      const one = (index: number): string =>
        `GET /v1/kitchen-sink?f_int32=${index + 1} HTTP/1.1\r\nHost: gateway\r\n${index === 999 ? "Connection: close\r\n" : ""}\r\n`;
      const text = await exchange(
        gateway.port,
        Array.from({ length: 1000 }, (_, index) => one(index)).join(""),
      );
      const numbers = [...text.matchAll(/\{"fInt32":([0-9]+)\}/g)].map(([, number]) =>
        Number(number),
      );
      assert.deepEqual(
        numbers,
        Array.from({ length: 1000 }, (_, index) => index + 1),
      );
    }));

  test("H1-40: a request that is refused by its head is answered without 100 Continue", () =>
    counting(0, async () => {
      const text = await exchange(
        gateway.port,
        "POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
      );
      assert.deepEqual(statuses(text), [415]);
      assert.match(text, /connection: close/i);
    }));

  test("H1-40: a request that is taken gets 100 Continue first", () =>
    counting(1, async () => {
      const { socket, text, ended } = open(gateway.port);
      socket.write(
        "POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
      );
      await new Promise((resolve) => socket.once("data", resolve));
      assert.deepEqual(statuses(text()), [100]);
      socket.write("{}");
      await ended;
      assert.deepEqual(statuses(text()), [100, 200]);
    }));

  for (const protocol of ["h2c", "websocket", "TLS/1.0"]) {
    test(`H1-42: upgrade: ${protocol} is ignored without connection: close, and ends the connection`, () =>
      counting(1, async () => {
        const text = await exchange(
          gateway.port,
          `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
        );
        assert.deepEqual(statuses(text), [200]);
        assert.match(text, /\r\nconnection: close\r\n/i);
      }));

    test(`H1-42: upgrade: ${protocol} is ignored`, () =>
      counting(1, async () => {
        const text = await exchange(
          gateway.port,
          `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`,
        );
        assert.deepEqual(statuses(text), [200]);
      }));
  }

  const smuggled = `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nX: ${"a".repeat(40)}\r\n\r\n`;
  const offer = "Connection: upgrade\r\nUpgrade: h2c\r\n";
  const offering = `GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n${offer}\r\n`;
  const echoHead = `POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n`;
  const behind = `${echoHead}Content-Length: ${smuggled.length}\r\n\r\n`;
  const sized = `${echoHead}${offer}Content-Length: 2\r\n\r\n`;
  const inChunks = `${echoHead}${offer}Transfer-Encoding: chunked\r\n\r\n`;
  const offers = [
    { name: "one packet", packets: [offering + behind + smuggled] },
    { name: "the body behind it in a second packet", packets: [offering + behind, smuggled] },
    { name: "a request in a second packet", packets: [offering, smuggled] },
    { name: "its own body in one packet", packets: [`${sized}{}${smuggled}`] },
    { name: "its own body in a second packet", packets: [sized, `{}${smuggled}`] },
    { name: "its own body in halves", packets: [`${sized}{`, `}${behind}`, smuggled] },
    { name: "chunks in one packet", packets: [`${inChunks}2\r\n{}\r\n0\r\n\r\n${smuggled}`] },
    { name: "chunks in packets", packets: [`${inChunks}2\r\n`, "{}\r\n0\r\n\r\n", smuggled] },
  ];
  for (const { name, packets } of offers) {
    test(`H1-42: nothing behind an offer to upgrade is a request: ${name}`, () =>
      counting(1, async () => {
        const { socket, text, ended } = open(gateway.port);
        socket.setNoDelay(true);
        for (const packet of packets) {
          socket.write(packet);
          // Two turns of the loop that gateway and client share: the packet is read before the next one is sent.
          for (let turn = 0; turn < 2; turn++) await new Promise((go) => setImmediate(go));
        }
        await ended;
        assert.deepEqual(statuses(text()), [200]);
        assert.match(text(), /connection: close/i);
      }));
  }

  const cutChunks = `${echoHead}Transfer-Encoding: chunked\r\n\r\n`;
  const cuts = [
    { name: "of a declared length", bytes: `${echoHead}Content-Length: 10\r\n\r\n{}` },
    { name: "of which nothing has come", bytes: `${echoHead}Content-Length: 10\r\n\r\n` },
    { name: "before the first chunk", bytes: cutChunks },
    { name: "in the size of a chunk", bytes: `${cutChunks}2` },
    { name: "in a chunk", bytes: `${cutChunks}4\r\n{}` },
    { name: "behind the data of a chunk", bytes: `${cutChunks}2\r\n{}` },
    { name: "behind a chunk", bytes: `${cutChunks}2\r\n{}\r\n` },
    { name: "in the last chunk", bytes: `${cutChunks}2\r\n{}\r\n0\r\n` },
    { name: "in a trailer", bytes: `${cutChunks}2\r\n{}\r\n0\r\nX: y` },
  ];
  for (const { name, bytes } of cuts) {
    test(`H1-44: a body that ends early is 400, and no call goes up: ${name}`, () =>
      counting(0, async () => {
        const { socket, text, ended } = open(gateway.port);
        socket.end(bytes);
        await ended;
        assert.deepEqual(statuses(text()), [400]);
        assert.match(text(), /"code":3,.*"reason":"INCOMPLETE_BODY"/);
        assert.match(text(), /\r\nconnection: close\r\n/i);
      }));
  }

  test("H1-46: a refused request ends the connection, though its body has come with it", () =>
    counting(0, async () => {
      const text = await exchange(
        gateway.port,
        `POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: text/plain\r\nContent-Length: ${inner.length}\r\n\r\n${inner}${last}`,
      );
      assert.deepEqual(statuses(text), [415]);
      assert.match(text, /\r\nconnection: close\r\n/i);
    }));

  test("H1-40: what comes behind a refused head that expects 100 Continue is its body, and no request", () =>
    counting(0, async () => {
      const text = await exchange(
        gateway.port,
        `POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: text/plain\r\nContent-Length: ${inner.length + 1}\r\nExpect: 100-continue\r\n\r\n${inner}`,
      );
      assert.deepEqual(statuses(text), [415]);
      assert.match(text, /\r\nconnection: close\r\n/i);
    }));

  test("H1-46: bytes behind an early answer are never a request", () =>
    counting(0, async () => {
      const text = await exchange(
        gateway.port,
        `POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 5000000\r\n\r\n${last}`,
      );
      assert.deepEqual(statuses(text), [413]);
      assert.match(text, /connection: close/i);
    }));

  const slow = [
    { name: "nothing at all", bytes: "", drip: "" },
    { name: "nothing behind the first byte", bytes: "G", drip: "" },
    { name: "a head that does not end", bytes: "GET / HTTP/1.1\r\nHost: gateway\r\n", drip: "" },
    { name: "a head byte by byte", bytes: "GET /", drip: "a" },
    { name: "a header at a time", bytes: "GET / HTTP/1.1\r\n", drip: "X: y\r\n" },
    { name: "empty lines", bytes: "", drip: "\r\n" },
  ];
  for (const { name, bytes, drip } of slow) {
    test(`H1-47: ${name} is 408 and the connection ends`, () =>
      counting(0, async () => {
        const { socket, text, ended } = open(gateway.port);
        socket.write(bytes);
        const dripping = setInterval(() => socket.write(drip), 50);
        await ended;
        clearInterval(dripping);
        assert.deepEqual(statuses(text()), [408]);
        assert.match(text(), /\r\nconnection: close\r\n/i);
        assert.match(text(), /"reason":"REQUEST_TIMEOUT"/);
      }));
  }

  test("H1-47: half a head behind a request that was served is 408 behind its answer", () =>
    counting(1, async () => {
      const text = await exchange(gateway.port, `${inner}GET / HTTP/1.1\r\n`);
      assert.deepEqual(statuses(text), [200, 408]);
    }));
});
