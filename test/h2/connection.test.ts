import assert from "node:assert/strict";
import process from "node:process";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type TestClient, testClient } from "./client.ts";
import { frame, setting, uint32 } from "./frames.ts";

const T = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST: 3,
  SETTINGS: 4,
  PUSH: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW: 8,
  CONTINUATION: 9,
};
const END = 0x1;
const ENDH = 0x4;
const PADDED = 0x8;

/** `:status: 200` and `grpc-status: 0` as blocks without any table. */
const ok = [0x88];
const trailer = [0x00, 11, ...Buffer.from("grpc-status"), 1, 0x30];
const settings = frame(T.SETTINGS, 0, 0);
const head = frame(T.HEADERS, ENDH, 1, ok);
const trailers = frame(T.HEADERS, ENDH | END, 1, trailer);

function ready(change: Parameters<typeof testClient>[0] = {}): TestClient {
  const client = testClient(change);
  client.connection.receive(settings);
  client.log.length = 0;
  return client;
}

suite("h2: a response", () => {
  const rows = [
    {
      name: "head, data and trailers",
      frames: [head, frame(T.DATA, 0, 1, Buffer.from("hi")), trailers],
      want: ["1 head 200", "1 data hi", "1 trailers grpc-status:0", "1 complete"],
    },
    {
      name: "trailers alone",
      frames: [frame(T.HEADERS, ENDH | END, 1, ok)],
      want: ["1 head 200 end", "1 complete"],
    },
    {
      name: "data that ends the stream",
      frames: [head, frame(T.DATA, END, 1, Buffer.from("x"))],
      want: ["1 head 200", "1 data x", "1 complete"],
    },
    {
      name: "an empty DATA frame that ends it",
      frames: [head, frame(T.DATA, END, 1)],
      want: ["1 head 200", "1 complete"],
    },
    {
      name: "padding is not data",
      frames: [head, frame(T.DATA, PADDED | END, 1, [3, 0x61, 0, 0, 0])],
      want: ["1 head 200", "1 data a", "1 complete"],
    },
    {
      name: "a padded head with a priority",
      frames: [frame(T.HEADERS, ENDH | END | PADDED | 0x20, 1, [2, 0, 0, 0, 0, 1, ...ok, 0, 0])],
      want: ["1 head 200 end", "1 complete"],
    },
    {
      name: "a head in CONTINUATION frames",
      frames: [
        frame(T.HEADERS, END, 1, trailer.slice(0, 0)),
        frame(T.CONTINUATION, 0, 1, ok),
        frame(T.CONTINUATION, ENDH, 1, trailer),
      ],
      want: ["1 head 200 end", "1 complete"],
    },
    {
      name: "interim heads are dropped",
      frames: [frame(T.HEADERS, ENDH, 1, [0x08, 3, 0x31, 0x30, 0x33]), head, trailers],
      want: ["1 head 200", "1 trailers grpc-status:0", "1 complete"],
    },
    {
      name: "unknown frames, PRIORITY and ALTSVC are ignored (H2-34)",
      frames: [
        frame(0x0a, 0, 0, Buffer.alloc(100)),
        frame(0x0c, 0, 0, [1]),
        frame(0xee, 0xff, 1, [1]),
        frame(T.PRIORITY, 0, 1, [0, 0, 0, 0, 1]),
        head,
        trailers,
      ],
      want: ["1 head 200", "1 trailers grpc-status:0", "1 complete"],
    },
    {
      name: "RST_STREAM(NO_ERROR) behind a whole response is no failure",
      frames: [head, trailers, frame(T.RST, 0, 1, uint32(0))],
      want: ["1 head 200", "1 trailers grpc-status:0", "1 complete"],
    },
    {
      name: "REFUSED_STREAM was not processed",
      frames: [frame(T.RST, 0, 1, uint32(7))],
      want: ["1 reset 7 by peer unprocessed"],
    },
    {
      name: "any other reset may have been",
      frames: [head, frame(T.RST, 0, 1, uint32(8))],
      want: ["1 head 200", "1 reset 8 by peer"],
    },
    {
      name: "GOAWAY below the stream says it was not processed",
      frames: [frame(T.GOAWAY, 0, 0, Buffer.concat([uint32(0), uint32(0)]))],
      want: ["goaway 0", "1 reset 0 by peer unprocessed", "transport.end", "close in order"],
    },
    {
      name: "GOAWAY above the stream lets it finish",
      frames: [frame(T.GOAWAY, 0, 0, Buffer.concat([uint32(1), uint32(0)])), head, trailers],
      want: [
        "goaway 0",
        "1 head 200",
        "1 trailers grpc-status:0",
        "1 complete",
        "transport.end",
        "close in order",
      ],
    },
  ];
  for (const row of rows) {
    test(`${row.name}, however the bytes are cut`, () => {
      const bytes = Buffer.concat(row.frames);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 }), (cuts) => {
          const client = ready();
          client.open();
          let at = 0;
          for (const cut of cuts) {
            client.connection.receive(bytes.subarray(at, at + cut));
            at += cut;
          }
          client.connection.receive(bytes.subarray(Math.min(at, bytes.length)));
          assert.deepEqual(joined(client.log), row.want);
        }),
        { numRuns: 50 },
      );
    });
  }
});

/** Data comes in as many pieces as the bytes were cut into. */
function joined(log: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of log) {
    const last = out.at(-1);
    const piece = /^(\d+ data )(.*)$/s.exec(line);
    if (piece !== null && last?.startsWith(piece[1] ?? "") === true)
      out[out.length - 1] = last + (piece[2] ?? "");
    else out.push(line);
  }
  return out;
}

suite("h2: stream errors reset the stream and leave the connection", () => {
  const rows = [
    { name: "a head without :status", frames: [frame(T.HEADERS, ENDH, 1, trailer)], code: 1 },
    {
      name: "a :status of two digits",
      frames: [frame(T.HEADERS, ENDH, 1, [0x08, 2, 0x32, 0x30])],
      code: 1,
    },
    {
      name: "status 101",
      frames: [frame(T.HEADERS, ENDH, 1, [0x08, 3, 0x31, 0x30, 0x31])],
      code: 1,
    },
    {
      name: "an interim head that ends the stream",
      frames: [frame(T.HEADERS, ENDH | END, 1, [0x08, 3, 0x31, 0x30, 0x30])],
      code: 1,
    },
    {
      name: "17 interim heads",
      frames: Array.from({ length: 17 }, () =>
        frame(T.HEADERS, ENDH, 1, [0x08, 3, 0x31, 0x30, 0x33]),
      ),
      code: 1,
    },
    {
      name: "an upper-case name",
      frames: [frame(T.HEADERS, ENDH, 1, [...ok, 0, 1, 0x41, 1, 0x31])],
      code: 1,
    },
    {
      name: "a pseudo-header of a request",
      frames: [frame(T.HEADERS, ENDH, 1, [...ok, 0x82])],
      code: 1,
    },
    { name: "a second head that does not end the stream", frames: [head, head], code: 1 },
    {
      name: "a pseudo-header in trailers",
      frames: [head, frame(T.HEADERS, ENDH | END, 1, ok)],
      code: 1,
    },
    { name: "DATA before the head", frames: [frame(T.DATA, 0, 1, [1])], code: 1 },
    {
      name: "more DATA than content-length",
      frames: [frame(T.HEADERS, ENDH, 1, [...ok, 0x0f, 13, 1, 0x31]), frame(T.DATA, 0, 1, [1, 2])],
      code: 1,
    },
    {
      name: "less DATA than content-length",
      frames: [frame(T.HEADERS, ENDH, 1, [...ok, 0x0f, 13, 1, 0x32]), frame(T.DATA, END, 1, [1])],
      code: 1,
    },
    { name: "WINDOW_UPDATE of nothing", frames: [frame(T.WINDOW, 0, 1, uint32(0))], code: 1 },
    {
      name: "a stream's window over 2^31-1",
      frames: [frame(T.WINDOW, 0, 1, uint32(0x7fff_ffff))],
      code: 3,
    },
    {
      name: "DATA over the stream's window",
      frames: [head, frame(T.DATA, 0, 1, Buffer.alloc(101))],
      code: 3,
    },
    {
      name: "a header list over the limit (P-19)",
      frames: [
        frame(T.HEADERS, ENDH, 1, [
          ...ok,
          0,
          1,
          0x61,
          0x7f,
          0x81,
          0x02,
          ...Buffer.alloc(384, 0x61),
        ]),
      ],
      code: 11,
    },
    { name: "PRIORITY of a wrong size", frames: [frame(T.PRIORITY, 0, 1, [1])], code: 6 },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const client = ready({ initialWindowSize: 100, maxHeaderListSize: 300 });
      client.open();
      client.open();
      await client.sent();
      for (const each of row.frames) client.connection.receive(each);
      assert.equal(client.log.at(-1), `1 reset ${row.code} by local`);
      const resets = (await client.sent()).filter(({ type }) => type === T.RST);
      assert.deepEqual(
        resets.map(({ streamId, payload }) => [streamId, payload.readUInt32BE()]),
        [[1, row.code]],
      );
      client.connection.receive(frame(T.HEADERS, ENDH | END, 3, ok));
      assert.equal(client.log.at(-1), "3 complete");
    });
  }
});

suite("h2: connection errors end everything", () => {
  const rows = [
    {
      name: "a first frame that is not SETTINGS",
      frames: [frame(T.PING, 0, 0, Buffer.alloc(8))],
      code: 1,
      early: true,
    },
    {
      name: "an HTTP/1.1 answer (U-26)",
      frames: [Buffer.from("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")],
      code: 6,
      early: true,
    },
    { name: "an acknowledgement first", frames: [frame(T.SETTINGS, 1, 0)], code: 1, early: true },
    {
      name: "a frame over the size that was set",
      frames: [frame(T.DATA, 0, 1, Buffer.alloc(16_385))],
      code: 6,
    },
    { name: "DATA on stream 0", frames: [frame(T.DATA, 0, 0, [1])], code: 1 },
    { name: "DATA on an idle stream", frames: [frame(T.DATA, 0, 5, [1])], code: 1 },
    { name: "HEADERS on an idle stream", frames: [frame(T.HEADERS, ENDH, 5, ok)], code: 1 },
    { name: "HEADERS on an even stream", frames: [frame(T.HEADERS, ENDH, 2, ok)], code: 1 },
    { name: "RST_STREAM on an idle stream", frames: [frame(T.RST, 0, 5, uint32(0))], code: 1 },
    { name: "RST_STREAM of a wrong size", frames: [frame(T.RST, 0, 1, [0])], code: 6 },
    { name: "PUSH_PROMISE", frames: [frame(T.PUSH, ENDH, 1, [0, 0, 0, 2, ...ok])], code: 1 },
    { name: "SETTINGS on a stream", frames: [frame(T.SETTINGS, 0, 1)], code: 1 },
    { name: "SETTINGS of a wrong size", frames: [frame(T.SETTINGS, 0, 0, [1])], code: 6 },
    {
      name: "an acknowledgement with settings",
      frames: [frame(T.SETTINGS, 1, 0, setting(3, 1))],
      code: 6,
    },
    {
      name: "ENABLE_PUSH from a server",
      frames: [frame(T.SETTINGS, 0, 0, setting(2, 1))],
      code: 1,
    },
    {
      name: "an initial window over 2^31-1",
      frames: [frame(T.SETTINGS, 0, 0, setting(4, 0x8000_0000))],
      code: 3,
    },
    {
      name: "a frame size out of range",
      frames: [frame(T.SETTINGS, 0, 0, setting(5, 100))],
      code: 1,
    },
    { name: "PING of a wrong size", frames: [frame(T.PING, 0, 0, [1])], code: 6 },
    { name: "PING on a stream", frames: [frame(T.PING, 0, 1, Buffer.alloc(8))], code: 1 },
    { name: "GOAWAY on a stream", frames: [frame(T.GOAWAY, 0, 1, Buffer.alloc(8))], code: 1 },
    { name: "GOAWAY of a wrong size", frames: [frame(T.GOAWAY, 0, 0, [1])], code: 6 },
    { name: "WINDOW_UPDATE of nothing", frames: [frame(T.WINDOW, 0, 0, uint32(0))], code: 1 },
    { name: "WINDOW_UPDATE of a wrong size", frames: [frame(T.WINDOW, 0, 0, [1])], code: 6 },
    {
      name: "the connection's window over 2^31-1 (H2-30)",
      frames: [frame(T.WINDOW, 0, 0, uint32(0x7fff_ffff))],
      code: 3,
    },
    { name: "CONTINUATION of nothing", frames: [frame(T.CONTINUATION, ENDH, 1, ok)], code: 1 },
    {
      name: "a frame in the middle of a header block",
      frames: [frame(T.HEADERS, 0, 1, ok), frame(T.PING, 0, 0, Buffer.alloc(8))],
      code: 1,
    },
    {
      name: "CONTINUATION of another stream",
      frames: [frame(T.HEADERS, 0, 1, ok), frame(T.CONTINUATION, ENDH, 3, ok)],
      code: 1,
    },
    {
      name: "a flood of CONTINUATION",
      frames: [
        frame(T.HEADERS, 0, 1),
        ...Array.from({ length: 9 }, () => frame(T.CONTINUATION, 0, 1)),
      ],
      code: 11,
    },
    {
      name: "a header block that is not HPACK (H2-31)",
      frames: [frame(T.HEADERS, ENDH, 1, [0x80])],
      code: 9,
    },
    {
      name: "padding longer than its frame",
      frames: [head, frame(T.DATA, PADDED, 1, [5, 1])],
      code: 1,
    },
    {
      name: "a padded frame without its length",
      frames: [head, frame(T.DATA, PADDED, 1)],
      code: 1,
    },
    {
      name: "a flood of PRIORITY (H2-10)",
      frames: Array.from({ length: 10_001 }, () => frame(T.PRIORITY, 0, 1, [0, 0, 0, 0, 1])),
      code: 11,
    },
    {
      name: "a flood of unknown frames (H2-10)",
      frames: Array.from({ length: 10_001 }, () => frame(0xee, 0, 0)),
      code: 11,
    },
    {
      name: "a flood of empty DATA (H2-11)",
      frames: [head, ...Array.from({ length: 10_001 }, () => frame(T.DATA, 0, 1))],
      code: 11,
    },
  ];
  for (const row of rows) {
    test(row.name, async () => {
      const client = row.early === true ? testClient() : ready();
      client.open();
      await client.sent();
      client.connection.receive(Buffer.concat(row.frames));
      const goAway = (await client.sent()).find(({ type }) => type === T.GOAWAY);
      assert.equal(goAway?.payload.readUInt32BE(4), row.code, client.log.join(", "));
      const tail = client.log.slice(-3);
      assert.equal(tail[0], "transport.end");
      assert.match(tail[1] ?? "", /^1 reset \d+ by connection( unprocessed)?$/);
      assert.match(tail[2] ?? "", /^close .+/);
      client.connection.receive(Buffer.concat([head, trailers]));
      assert.equal(client.log.at(-1), tail[2], "nothing follows the end");
      client.connection.transportClosed();
      assert.equal(client.clock.timerCount, 0);
    });
  }

  test("acknowledgements that nobody reads are bounded (H2-08)", () => {
    const client = ready();
    client.takesMore = false;
    client.open();
    const ping = frame(T.PING, 0, 0, Buffer.alloc(8));
    for (let i = 0; i < 30_000 && !client.log.some((line) => line.startsWith("close")); i++) {
      client.connection.receive(ping);
    }
    assert.match(client.log.at(-1) ?? "", /too many acknowledgements wait/);
  });
});

suite("h2: what is sent", () => {
  test("all frames of a turn leave in one write", async () => {
    const client = ready();
    await client.sent();
    const before = client.writes.length;
    for (let i = 0; i < 10; i++) client.open(false).write(Buffer.from("hello"), true);
    client.connection.ping(() => undefined);
    const frames = await client.sent();
    assert.equal(client.writes.length - before, 1);
    assert.equal(frames.length, 21);
  });

  test("preface and settings come first, and settings are acknowledged", async () => {
    const client = testClient();
    client.connection.receive(settings);
    const frames = await client.sent();
    assert.equal(client.writes[0]?.toString("latin1", 0, 24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert.deepEqual(
      frames.map(({ type, flags }) => [type, flags]),
      [
        [T.SETTINGS, 0],
        [T.WINDOW, 0],
        [T.SETTINGS, 1],
      ],
    );
  });

  test("PING is answered with its bytes, and our own gives the round trip", async () => {
    const client = ready();
    await client.sent();
    client.connection.receive(frame(T.PING, 0, 0, Buffer.from("12345678")));
    let roundTrip = -1;
    client.connection.ping((ms) => {
      roundTrip = ms;
    });
    const [answer, ours] = await client.sent();
    assert.deepEqual([answer?.flags, answer?.payload.toString()], [1, "12345678"]);
    client.clock.advance(30);
    client.connection.receive(frame(T.PING, 1, 0, ours?.payload));
    assert.equal(roundTrip, 30);
    client.connection.receive(frame(T.PING, 1, 0, Buffer.alloc(8)));
    assert.ok(
      !client.log.some((line) => line.startsWith("close")),
      "H2-32: unsolicited ACK is ignored",
    );
  });

  for (const window of [1, 10, 65_535, 0x7fff_ffff]) {
    test(`a window of ${window} is kept to, byte for byte`, async () => {
      const client = testClient();
      client.connection.receive(frame(T.SETTINGS, 0, 0, setting(4, window)));
      await client.sent();
      const stream = client.open(false);
      const body = Buffer.from(Array.from({ length: 40 }, (_, i) => i));
      const taken = stream.write(body, true);
      assert.equal(taken, window >= 40);
      const got: Buffer[] = [];
      for (let round = 0; round < 60; round++) {
        const data = (await client.sent()).filter(({ type }) => type === T.DATA);
        got.push(...data.map(({ payload }) => payload));
        if (data.some(({ flags }) => flags === END)) break;
        assert.ok(Buffer.concat(got).length <= window + round * 7);
        client.connection.receive(frame(T.WINDOW, 0, 1, uint32(7)));
      }
      assert.deepEqual(Buffer.concat(got), body);
    });
  }

  test("what is queued is told, and shrinks as the windows take it", () => {
    const client = ready();
    client.connection.receive(frame(T.SETTINGS, 0, 0, setting(4, 10)));
    const stream = client.open(false);
    assert.equal(stream.queuedBytes, 0);
    assert.equal(stream.write(Buffer.alloc(40), false), false);
    assert.equal(stream.queuedBytes, 30);
    client.connection.receive(frame(T.WINDOW, 0, stream.id, uint32(7)));
    assert.equal(stream.queuedBytes, 23);
    client.connection.receive(frame(T.WINDOW, 0, stream.id, uint32(23)));
    assert.equal(stream.queuedBytes, 0);
  });

  test("a window that shrinks below zero stops the stream until it is positive again", async () => {
    const client = testClient();
    client.connection.receive(frame(T.SETTINGS, 0, 0, setting(4, 20)));
    const stream = client.open(false);
    assert.equal(stream.write(Buffer.alloc(30, 1), false), false);
    await client.sent();
    client.connection.receive(frame(T.SETTINGS, 0, 0, setting(4, 5)));
    client.connection.receive(frame(T.WINDOW, 0, 1, uint32(15)));
    assert.equal((await client.sent()).filter(({ type }) => type === T.DATA).length, 0);
    client.connection.receive(frame(T.WINDOW, 0, 1, uint32(10)));
    const [data] = (await client.sent()).filter(({ type }) => type === T.DATA);
    assert.equal(data?.payload.length, 10);
    assert.equal(client.log.at(-1), "1 writable");
  });

  test("bodies are cut by the peer's frame size and stop at the connection's window", async () => {
    const client = ready();
    client.connection.receive(frame(T.SETTINGS, 0, 0, setting(4, 0x7fff_ffff)));
    const stream = client.open(false);
    assert.equal(stream.write(Buffer.alloc(100_000), true), false);
    const first = (await client.sent()).filter(({ type }) => type === T.DATA);
    assert.deepEqual(
      first.map(({ payload }) => payload.length),
      [16_384, 16_384, 16_384, 16_383],
    );
    client.connection.receive(frame(T.WINDOW, 0, 0, uint32(1 << 20)));
    const rest = (await client.sent()).filter(({ type }) => type === T.DATA);
    assert.equal(
      rest.reduce((sum, { payload }) => sum + payload.length, 65_535),
      100_000,
    );
    assert.equal(rest.at(-1)?.flags, END);
  });

  test("DATA waits for a transport that asks to wait; HEADERS do not", async () => {
    const client = ready();
    client.takesMore = false;
    client.open();
    await client.sent();
    const stream = client.open(false);
    assert.equal(stream.write(Buffer.from("x"), true), false);
    assert.deepEqual(
      (await client.sent()).map(({ type }) => type),
      [T.HEADERS],
    );
    client.takesMore = true;
    client.connection.drained();
    assert.deepEqual(
      (await client.sent()).map(({ type }) => type),
      [T.DATA],
    );
  });

  test("a stream's window is given back as its bytes are consumed", async () => {
    const client = ready({ initialWindowSize: 1000 });
    const stream = client.open();
    client.connection.receive(head);
    client.connection.receive(frame(T.DATA, 0, 1, Buffer.alloc(600)));
    assert.deepEqual(
      (await client.sent()).filter(({ type, streamId }) => type === T.WINDOW && streamId > 0),
      [],
    );
    stream.consumed(600);
    const [update] = await client.sent();
    assert.deepEqual(
      [update?.type, update?.streamId, update?.payload.readUInt32BE()],
      [T.WINDOW, 1, 600],
    );
  });

  test("U-24: the connection's window is given back as bytes come, though no stream's reader takes any", async () => {
    const client = ready({ initialWindowSize: 2000, connectionWindowSize: 100_000 });
    await client.sent();
    for (let i = 0; i < 75; i++) {
      const { id } = client.open();
      client.connection.receive(frame(T.HEADERS, ENDH, id, ok));
      client.connection.receive(frame(T.DATA, 0, id, Buffer.alloc(2000)));
    }
    const updates = (await client.sent()).filter(({ type }) => type === T.WINDOW);
    assert.deepEqual(
      updates.map(({ streamId, payload }) => [streamId, payload.readUInt32BE()]),
      [
        [0, 50_000],
        [0, 50_000],
        [0, 50_000],
      ],
    );
    assert.doesNotMatch(client.log.join(), /close/);
  });

  test("no more streams are opened than the peer allows, and capacity is told", () => {
    const client = testClient();
    client.connection.receive(frame(T.SETTINGS, 0, 0, setting(3, 1)));
    client.open();
    assert.equal(client.connection.canOpen, false);
    assert.throws(() => client.open());
    client.connection.receive(Buffer.concat([head, trailers]));
    assert.deepEqual(client.log.slice(-2), ["1 complete", "capacity"]);
    assert.equal(client.connection.canOpen, true);
  });

  test("a head over the peer's frame size goes on in CONTINUATION frames", async () => {
    const client = ready();
    await client.sent();
    const long = Array.from({ length: 20 }, (_, i) => [`x-${i}`, "v".repeat(1000)]).flat();
    client.connection.openStream(
      [":method", "GET", ...long],
      { onHeaders() {}, onData() {}, onTrailers() {}, onWritable() {}, onEnd() {} },
      true,
    );
    const frames = await client.sent();
    assert.deepEqual(
      frames.map(({ type, flags }) => [type, flags]),
      [
        [T.HEADERS, END],
        [T.CONTINUATION, ENDH],
      ],
    );
  });

  test("close lets open streams finish, then ends in order", async () => {
    const client = ready();
    client.open();
    client.connection.close();
    assert.equal(client.connection.canOpen, false);
    client.connection.receive(Buffer.concat([head, trailers]));
    assert.deepEqual(client.log.slice(-3), ["1 complete", "transport.end", "close in order"]);
    assert.equal((await client.sent()).at(-1)?.type, T.GOAWAY);
    client.connection.transportClosed();
    assert.equal(client.clock.timerCount, 0);
  });

  test("a transport that is lost ends every stream, and says whose head had not left", async () => {
    const client = ready();
    client.open();
    await client.sent();
    client.open();
    client.connection.transportClosed("ECONNRESET");
    assert.deepEqual(client.log.slice(-3), [
      "1 reset 8 by connection",
      "3 reset 8 by connection unprocessed",
      "close ECONNRESET",
    ]);
  });
});

suite("h2: fuzz", () => {
  const runs = Number(process.env["DIGLOT_FUZZ_RUNS"] ?? 2000);
  const anyFrame = fc
    .tuple(
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 6 }),
      fc.uint8Array({ maxLength: 60 }),
    )
    .map(([type, flags, id, payload]) => frame(type, flags, id, payload));
  const soundFrame = fc.constantFrom(
    head,
    trailers,
    settings,
    frame(T.DATA, 0, 1, [1, 2, 3]),
    frame(T.WINDOW, 0, 1, uint32(5)),
  );
  test("no sequence of frames throws, and every stream ends once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyFrame, soundFrame), { maxLength: 30 }),
        fc.boolean(),
        (frames, isReady) => {
          const client = isReady ? ready() : testClient();
          for (let i = 0; i < 3; i++) client.open(i === 1).write(Buffer.alloc(100), true);
          client.connection.receive(Buffer.concat(frames));
          client.connection.transportClosed();
          for (const id of [1, 3, 5]) {
            const ends = client.log.filter(
              (line) => line.startsWith(`${id} complete`) || line.startsWith(`${id} reset`),
            );
            assert.equal(ends.length, 1, client.log.join(", "));
          }
          assert.equal(client.log.filter((line) => line.startsWith("close")).length, 1);
          assert.equal(client.clock.timerCount, 0);
        },
      ),
      { numRuns: runs },
    );
  });

  test("random bytes behind the settings never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const client = ready();
        client.open();
        client.connection.receive(Buffer.from(bytes));
        client.connection.transportClosed();
      }),
      { numRuns: runs },
    );
  });
});
