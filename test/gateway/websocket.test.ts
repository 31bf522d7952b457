import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, suite, test } from "node:test";
import { WebSocket } from "ws";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { reasonOf, send, statusBody } from "../support/http-client.ts";
import { exchangeRaw, statusOf } from "../support/raw-http.ts";

/** What a socket has brought and how it has closed. */
interface Conversation {
  readonly frames: readonly string[];
  readonly code: number;
  readonly reason: string;
}

interface Refusal {
  readonly status: number;
  readonly reason: string | undefined;
}

const ending = "";

/** Opens a socket, sends frames, and waits for its close. */
function converse(
  port: number,
  path: string,
  frames: readonly (string | Buffer)[],
  origin?: string,
): Promise<Conversation | Refusal> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}${path}`,
      origin === undefined ? {} : { origin },
    );
    const got: string[] = [];
    socket.on("open", () => {
      for (const frame of frames) socket.send(frame);
    });
    socket.on("message", (data: Buffer) => got.push(data.toString()));
    socket.on("close", (code, reason) => resolve({ frames: got, code, reason: String(reason) }));
    socket.on("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const details = (JSON.parse(text) as { details: { reason?: string }[] }).details;
        resolve({ status: response.statusCode ?? 0, reason: details[0]?.reason });
      });
    });
    socket.on("error", reject);
  });
}

suite("§6: WebSocket", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      top: 'streams: { websocket: true, websocket_origins: ["https://app.example"] }',
    });
  });
  after(() => gateway.stop());

  test("§6 websocket: a frame is a message both ways, and an empty one ends the client's side", async () => {
    const frames = ['{"reader":"a","text":"b"}', '{"reader":"c","text":"d"}', ending];
    assert.deepEqual(await converse(gateway.port, "/v1/books:discuss", frames), {
      frames: [
        '{"reader":"librarian","text":"a said: b"}',
        '{"reader":"librarian","text":"c said: d"}',
      ],
      code: 1000,
      reason: "",
    });
  });

  test("§6 websocket: each message is answered before the next one is sent", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/v1/books:discuss`);
    await new Promise((resolve) => socket.once("open", resolve));
    for (const reader of ["x", "y", "z"]) {
      const answer = new Promise<string>((resolve) => {
        socket.once("message", (data: Buffer) => resolve(data.toString()));
      });
      socket.send(JSON.stringify({ reader, text: "?" }));
      assert.match(await answer, new RegExp(`${reader} said`));
    }
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close();
    await closed;
  });

  test("§6 websocket: a server stream needs no frame where its rule has no body", async () => {
    const got = await converse(gateway.port, "/v1/shelves/novels/books:export", []);
    assert.ok("frames" in got);
    assert.equal(got.code, 1000);
    assert.equal(got.frames.length, 3);
  });

  test("§6 websocket: a client stream is answered with one frame", async () => {
    const frames = ['{"parent":"shelves/novels","book":{"title":"A"}}', ending];
    const got = await converse(gateway.port, "/v1/books:import", frames);
    assert.ok("frames" in got);
    assert.match(got.frames[0] ?? "", /^\{"imported":1/);
    assert.equal(got.code, 1000);
  });

  const failures = [
    {
      name: "JSON that does not fit",
      path: "/v1/books:discuss",
      frames: ['{"text":5}'],
      code: 4003,
      word: "INVALID_ARGUMENT",
      text: /\[0\]\.text/,
    },
    {
      name: "no JSON",
      path: "/v1/books:discuss",
      frames: ["{"],
      code: 4003,
      word: "INVALID_ARGUMENT",
      text: /INVALID_JSON/,
    },
    {
      name: "a status of the service",
      path: "/v1/shelves/nope/books:export",
      frames: [],
      code: 4005,
      word: "NOT_FOUND",
      text: /no Shelf/,
    },
  ];
  for (const { name, path, frames, code, word, text } of failures) {
    test(`§6 failure-websocket: ${name} is a last frame with the error, and 4000 plus its code`, async () => {
      const got = await converse(gateway.port, path, frames);
      assert.ok("frames" in got);
      assert.equal(got.code, code);
      assert.equal(got.reason, word);
      assert.match(got.frames.at(-1) ?? "", text);
      assert.ok(got.frames.at(-1)?.startsWith('{"error":{"code":'));
    });
  }

  test("a frame over the body limit closes with 1009", async () => {
    const got = await converse(gateway.port, "/v1/books:discuss", ["x".repeat(5 * 1024 * 1024)]);
    assert.ok("frames" in got);
    assert.equal(got.code, 1009);
  });

  const refusals = [
    {
      name: "a unary path",
      path: "/v1/shelves/novels",
      want: { status: 400, reason: "WEBSOCKET_NOT_SERVED" },
    },
    { name: "an unknown path", path: "/v9", want: { status: 404, reason: "NO_ROUTE" } },
    {
      name: "a page of another origin",
      path: "/v1/books:discuss",
      origin: "https://evil.example",
      want: { status: 403, reason: "ORIGIN_REFUSED" },
    },
  ];
  for (const { name, path, origin, want } of refusals) {
    test(`${name} is refused before the switch of protocols`, async () => {
      assert.deepEqual(await converse(gateway.port, path, [], origin), want);
    });
  }

  for (const origin of ["https://app.example", "own"]) {
    test(`a page of origin ${origin} is let in`, async () => {
      const from = origin === "own" ? gateway.url : origin;
      const got = await converse(gateway.port, "/v1/books:discuss", [ending], from);
      assert.ok("frames" in got && got.code === 1000);
    });
  }

  test("H1-42: another upgrade is ignored", async () => {
    const answer = await exchangeRaw(
      gateway.port,
      "GET /v1/shelves/novels HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    );
    assert.equal(statusOf(answer), 200);
  });

  const framings = [
    { name: "of a known size", head: "content-length: 12", body: '{"fInt32":1}' },
    {
      name: "in chunks",
      head: "transfer-encoding: chunked",
      body: 'c\r\n{"fInt32":1}\r\n0\r\n\r\n',
    },
  ];
  for (const { name, head, body } of framings) {
    test(`H1-42: another upgrade with a body ${name} is refused, and no call is made`, async () => {
      const callsBefore = gateway.backend.requestCount();
      const answer = await exchangeRaw(
        gateway.port,
        `POST /v1/kitchen-sink:echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n${head}\r\n\r\n${body}`,
      );
      assert.equal(statusOf(answer), 400);
      assert.match(answer, /connection: close/);
      assert.match(answer, /upgrade: a request with a body/);
      assert.equal(gateway.backend.requestCount(), callsBefore);
    });
  }

  const key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
  const version = "sec-websocket-version: 13";
  const badHandshakes = [
    { name: "no version", fields: [key], says: /sec-websocket-version/ },
    { name: "version 8", fields: [key, "sec-websocket-version: 8"], says: /sec-websocket-version/ },
    { name: "two versions", fields: [key, version, version], says: /sec-websocket-version/ },
    { name: "no key", fields: [version], says: /sec-websocket-key/ },
    { name: "a short key", fields: [version, "sec-websocket-key: AAAA"], says: /16 bytes/ },
    { name: "two keys", fields: [version, key, key], says: /one sec-websocket-key/ },
    {
      name: "a subprotocol that is no name",
      fields: [version, key, "sec-websocket-protocol: a,,b"],
      says: /sec-websocket-protocol/,
    },
    {
      name: "one subprotocol twice",
      fields: [version, key, "sec-websocket-protocol: a, a"],
      says: /sec-websocket-protocol/,
    },
  ];
  for (const { name, fields, says } of badHandshakes) {
    test(`§5 shape-listener: a handshake with ${name} is refused in the one shape of errors`, async () => {
      const lines = ["GET /v1/books:discuss HTTP/1.1", "host: a", "connection: upgrade"];
      const answer = await exchangeRaw(
        gateway.port,
        [...lines, "upgrade: websocket", ...fields, "", ""].join("\r\n"),
      );
      assert.equal(statusOf(answer), 400);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as { message: string };
      assert.match(body.message, says);
      assert.match(answer, /"MALFORMED_HTTP"/);
      if (name.includes("version")) assert.match(answer, /\r\nsec-websocket-version: 13\r\n/);
    });
  }

  test("a client that vanishes cancels its call, and the record says 499", async () => {
    const recordsBefore = gateway.records.length;
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/v1/books:discuss`);
    await new Promise((resolve) => socket.once("open", resolve));
    const answered = new Promise((resolve) => socket.once("message", resolve));
    socket.send('{"reader":"a","text":"b"}');
    await answered;
    socket.terminate();
    while (gateway.records.length === recordsBefore)
      await new Promise((resolve) => setImmediate(resolve));
    const record = gateway.records.at(-1);
    assert.equal(record?.status, 499);
    assert.equal(record.protocol, "WebSocket");
    assert.equal(record.reason, "CLIENT_CLOSED");
  });
});

suite("§6: without the switch for WebSockets", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  const handshake = {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const refusals = [
    { name: "a streaming path", path: "/v1/shelves/novels/books:export" },
    { name: "a unary path", path: "/v1/shelves/novels" },
  ];
  for (const { name, path } of refusals) {
    test(`H1-42: §6 websocket-off: a handshake for ${name} is refused, and no call is made`, async () => {
      const callsBefore = gateway.backend.requestCount();
      const answer = await send(gateway.port, "GET", path, { headers: handshake });
      assert.deepEqual([answer.status, reasonOf(answer)], [400, "WEBSOCKET_NOT_SERVED"]);
      assert.equal(gateway.backend.requestCount(), callsBefore);
    });
  }

  test("H1-42: a streaming path of another method is served as it is", async () => {
    const bidi = await send(gateway.port, "GET", "/v1/books:discuss");
    assert.equal(bidi.status, 405);
    assert.equal(reasonOf(bidi), "METHOD_NOT_ALLOWED");
    assert.equal(statusBody(bidi).code, 12);
  });

  test("H1-42: another upgrade is ignored, with the body intact", async () => {
    const body = '{"fInt32":1}';
    const headers = { connection: "upgrade", upgrade: "h2c" };
    const answer = await send(gateway.port, "POST", "/v1/kitchen-sink:echo", { body, headers });
    assert.deepEqual([answer.status, answer.text], [200, body]);
  });
});

suite("§6: draining with open WebSockets", () => {
  test("closes them with 1001 when the time is up", async () => {
    const gateway = await startTestGateway({
      top: "streams: { websocket: true }",
      listener: "limits: { drain: 50ms }",
    });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/v1/books:discuss`);
    await new Promise((resolve) => socket.once("open", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await gateway.stop();
    assert.equal(await closed, 1001);
    await assert.rejects(
      new Promise((resolve, reject) => {
        connect(gateway.port, "127.0.0.1").once("connect", resolve).once("error", reject);
      }),
    );
  });
});
