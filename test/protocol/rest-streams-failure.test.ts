import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  field,
  patience,
  recordsOf,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";
import type { UpstreamCall } from "./rest-streams-upstream.ts";

const notFound = '{"code":5,"message":"gone","details":[]}';
const accepts = ["application/json", "application/x-ndjson", "text/event-stream"] as const;

const clauseOf = {
  "application/json": "§6 failure-array",
  "application/x-ndjson": "§6 failure-ndjson",
  "text/event-stream": "§6 failure-sse",
} as const;

/** A stream of two messages with `error` behind them: the array is cut, the others say why. */
const failed = {
  "application/json": () => '[{"text":"a"},{"text":"b"}',
  "application/x-ndjson": (error: string) => `{"text":"a"}\n{"text":"b"}\n{"error":${error}}\n`,
  "text/event-stream": (error: string) =>
    `id: 1\ndata: {"text":"a"}\n\nid: 2\ndata: {"text":"b"}\n\nevent: error\ndata: ${error}\n\n`,
} as const;

suite("§6: a failure before the first message", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  for (const accept of accepts) {
    test(`§6 failure-first: has its own status and plain JSON, where ${accept} was asked for`, async () => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
      call.end(5, "gone");
      const answer = await client.whole();
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.body, answer.isWhole],
        [404, "application/json", notFound, true],
      );
      client.forget();
      client.write("GET /watch/x HTTP/1.1\r\nHost: a\r\n\r\n");
      (await gateway.upstream.nextCall()).end();
      assert.equal((await client.whole()).body, "[]", "the connection is kept");
      client.destroy();
    });

    test(`§6 failure-first: a first message that cannot be read is a plain 500 for ${accept}`, async () => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
      call.send(field(2, Buffer.from([0xff])));
      const answer = await client.whole();
      client.destroy();
      assert.equal(answer.status, 500);
      assert.equal(answer.headers["content-type"], "application/json");
      assert.match(answer.body, /"reason":"UPSTREAM_INVALID_MESSAGE"/);
      assert.equal(await call.closed, 8, "RST_STREAM with CANCEL");
    });
  }
});

const endings: readonly {
  readonly name: string;
  readonly fail: (call: UpstreamCall) => void;
  /** The JSON of the google.rpc.Status. */
  readonly error: RegExp;
  readonly grpcCode: string;
  /** Whether the stream broke: its body is then cut behind the failure too (faults.md, U-08). */
  readonly breaks?: true;
}[] = [
  {
    name: "a status of the service",
    fail: (call) => call.end(5, "gone"),
    error: /^\{"code":5,"message":"gone","details":\[\]\}$/,
    grpcCode: "NOT_FOUND",
  },
  {
    name: "a status that needs escapes",
    fail: (call) => call.end(9, "a%22b%0A%E2%82%AC%0D%0A%0D%0Adata: x"),
    error: /^\{"code":9,"message":"a\\"b\\n€\\r\\n\\r\\ndata: x","details":\[\]\}$/,
    grpcCode: "FAILED_PRECONDITION",
  },
  {
    name: "a reset by the upstream",
    fail: (call) => call.stream.close(2),
    error: /^\{"code":14,"message":".+"reason":"UPSTREAM_RESET"/,
    grpcCode: "UNAVAILABLE",
    breaks: true,
  },
  {
    name: "a message that cannot be read",
    fail: (call) => void call.send(field(2, Buffer.from([0xff]))),
    error: /^\{"code":13,"message":".+"reason":"UPSTREAM_INVALID_MESSAGE"/,
    grpcCode: "INTERNAL",
    breaks: true,
  },
  {
    name: "the loss of the upstream's connection",
    fail: (call) => call.stream.session?.destroy(),
    error: /^\{"code":14,"message":".+"reason":"UPSTREAM_RESET"/,
    grpcCode: "UNAVAILABLE",
    breaks: true,
  },
];

suite("§6: a failure after the first message", patience, () => {
  for (const accept of accepts) {
    for (const { name, fail, error, grpcCode, breaks } of endings) {
      const row = breaks ? "U-08: " : "";
      test(`${row}${clauseOf[accept]}: ${name} is seen in ${accept}`, async () => {
        await withStreamGateway({}, async (gateway) => {
          const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
          call.send(text("a"));
          call.send(text("b"));
          await client.until('"b"');
          fail(call);
          const isArray = accept === "application/json";
          const isCut = isArray || breaks === true;
          const answer = isCut ? await client.ended() : await client.whole();
          client.destroy();
          assert.equal(answer.status, 200);
          assert.equal(answer.isWhole, !isCut);
          const json = /\{"code":.*\]\}/.exec(answer.body)?.[0] ?? "";
          if (!isArray) assert.match(json, error);
          assert.equal(answer.body, failed[accept](json));
          const [record, ...others] = await recordsOf(gateway, 1);
          assert.deepEqual([record?.status, record?.grpcCode], [200, grpcCode]);
          assert.deepEqual(others, []);
        });
      });
    }
  }

  test("§6: the connection is kept behind a failed stream whose format has a place for it", async () => {
    await withStreamGateway({}, async (gateway) => {
      const head = "GET /watch/x HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n";
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.1",
        "Accept: application/x-ndjson",
      );
      call.send(text("a"));
      call.end(5, "gone");
      await client.whole();
      client.forget();
      client.write(head);
      const next = await gateway.upstream.nextCall();
      next.send(text("b"));
      next.end();
      assert.equal((await client.whole()).body, '{"text":"b"}\n');
      client.destroy();
    });
  });

  test("§6 failure-array: an HTTP/1.0 client gets no bracket behind a failed array", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.0");
      call.send(text("a"));
      await client.until('"a"');
      call.end(5, "gone");
      assert.equal((await client.ended()).body, '[{"text":"a"}');
    });
  });

  test("§6 failure-array: a failure that comes with its messages does not swallow them", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1");
      call.send(text("a"));
      call.send(text("b"));
      call.end(5, "gone");
      const { body, isWhole } = await client.ended();
      assert.deepEqual([body, isWhole], ['[{"text":"a"},{"text":"b"}', false]);
    });
  });

  for (const accept of accepts) {
    test(`${clauseOf[accept]}: a failure behind headers without a message is seen in ${accept}`, async () => {
      await withStreamGateway({ streams: "{ first_message_timeout: 0s }" }, async (gateway) => {
        const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
        await client.until("\r\n\r\n");
        call.end(5, "gone");
        const isArray = accept === "application/json";
        const { status, body, isWhole } = isArray ? await client.ended() : await client.whole();
        client.destroy();
        const want = {
          "application/json": "",
          "application/x-ndjson": `{"error":${notFound}}\n`,
          "text/event-stream": `event: error\ndata: ${notFound}\n\n`,
        };
        assert.deepEqual([status, body, isWhole], [200, want[accept], !isArray]);
      });
    });
  }

  test("§7 stream-idle-switch: a stream that is silent for stream_idle ends with its failure, and resets the call", async () => {
    await withStreamGateway({ listener: "limits: { stream_idle: 50ms }" }, async (gateway) => {
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.1",
        "Accept: application/x-ndjson",
      );
      call.send(text("a"));
      const { body } = await client.whole();
      client.destroy();
      assert.match(
        body,
        /^\{"text":"a"\}\n\{"error":\{"code":\d+,.*"reason":"STREAM_IDLE".*\}\}\n$/,
      );
      assert.equal(await call.closed, 8);
    });
  });
});

suite("§5: errors: problem+json inside streams", patience, () => {
  const problem =
    '{"type":"about:blank","title":"NOT_FOUND","status":404,"detail":"gone","code":5,"message":"gone","details":[]}';
  for (const accept of ["application/x-ndjson", "text/event-stream"] as const) {
    test(`§5 problem-json: a failure inside ${accept} is the problem that it is before the first message`, () =>
      withStreamGateway({ top: "errors: problem+json" }, async (gateway) => {
        const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
        call.end(5, "gone");
        assert.equal((await client.whole()).body, problem);
        client.destroy();
        const later = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
        later.call.send(text("a"));
        later.call.send(text("b"));
        later.call.end(5, "gone");
        assert.equal((await later.client.whole()).body, failed[accept](problem));
        later.client.destroy();
      }));
  }
});
