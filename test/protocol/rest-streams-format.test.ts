import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { StreamedAnswer } from "./rest-streams-client.ts";
import {
  field,
  patience,
  recordsOf,
  type StreamGateway,
  startStreamGateway,
  text,
  withStreamGateway,
} from "./rest-streams-gateway.ts";

/** The two messages of a stream in each format, and the stream without any. */
const formats = {
  array: {
    clause: "§6 out-array",
    type: "application/json",
    two: '[{"text":"a"},{"text":"é\\n"}]',
    none: "[]",
  },
  ndjson: {
    clause: "§6 out-ndjson",
    type: "application/x-ndjson",
    two: '{"text":"a"}\n{"text":"é\\n"}\n',
    none: "",
  },
  sse: {
    clause: "§6 out-sse",
    type: "text/event-stream",
    two: 'id: 1\ndata: {"text":"a"}\n\nid: 2\ndata: {"text":"é\\n"}\n\n',
    none: "",
  },
} as const;

type Format = keyof typeof formats;

/** Asks for a stream of two messages. */
async function askTwo(gateway: StreamGateway, ...headers: string[]): Promise<StreamedAnswer> {
  const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", ...headers);
  call.send(text("a"));
  call.send(text("é\n"));
  call.end();
  const answer = await client.whole();
  client.destroy();
  return answer;
}

function expectStream(answer: StreamedAnswer, format: Format, body: string): void {
  assert.deepEqual(
    [answer.status, answer.headers["content-type"], answer.body, answer.isWhole],
    [200, formats[format].type, body, true],
  );
}

suite("§6: the format of a server stream", patience, () => {
  let gateway: StreamGateway;
  before(async () => {
    gateway = await startStreamGateway();
  });
  after(() => gateway.stop());

  const accepted: readonly { readonly accept: string; readonly format: Format }[] = [
    { accept: "application/json", format: "array" },
    { accept: "application/x-ndjson", format: "ndjson" },
    { accept: "application/jsonl", format: "ndjson" },
    { accept: "Application/X-NDJSON", format: "ndjson" },
    { accept: "text/event-stream", format: "sse" },
    { accept: "*/*", format: "array" },
    { accept: "application/*", format: "array" },
    { accept: "text/*", format: "sse" },
    { accept: "text/event-stream, */*;q=0.1", format: "sse" },
    { accept: "application/json;q=0.5, application/x-ndjson;q=0.9", format: "ndjson" },
    { accept: "application/json;q=0.9, application/x-ndjson;q=0.5", format: "array" },
    { accept: "text/event-stream;q=0.3,application/jsonl;q=0.301", format: "ndjson" },
    { accept: "application/json;q=0, */*", format: "ndjson" },
    { accept: "application/x-ndjson; charset=utf-8", format: "ndjson" },
    { accept: "text/event-stream ; q=1.000", format: "sse" },
    { accept: "text/html", format: "array" },
  ];
  for (const { accept, format } of accepted) {
    test(`${formats[format].clause}: accept: ${accept} is served as ${format}`, async () => {
      const answer = await askTwo(gateway, `Accept: ${accept}`);
      expectStream(answer, format, formats[format].two);
    });
  }

  test("§6 out-array: without accept it is one JSON array", async () => {
    expectStream(await askTwo(gateway), "array", formats.array.two);
  });

  test("§6 out-406: who takes none of the formats is answered 406, and the upstream is not called", async () => {
    const types = "application/json, application/x-ndjson, application/jsonl, application/ndjson";
    const none = types.replaceAll(",", ";q=0,").concat(";q=0, text/event-stream;q=0");
    const client = gateway.open("GET /watch/none HTTP/1.1", `Accept: ${none}`);
    const answer = await client.whole();
    client.destroy();
    assert.equal(answer.status, 406);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.match(answer.body, /"reason":"NOT_ACCEPTABLE"/);
    const next = await gateway.call("GET /watch/x HTTP/1.1");
    assert.deepEqual(await next.call.next(), field(1, "x"), "the next call is the next request's");
    next.client.destroy();
  });

  for (const format of ["array", "ndjson", "sse"] as const) {
    test(`${formats[format].clause}: a stream without messages is whole as ${format}`, async () => {
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.1",
        `Accept: ${formats[format].type}`,
      );
      call.end();
      expectStream(await client.whole(), format, formats[format].none);
      client.destroy();
    });

    test(`§6: HEAD of a stream as ${format} has its headers and no body, and cancels the call`, async () => {
      const { client, call } = await gateway.call(
        "HEAD /watch/x HTTP/1.1",
        `Accept: ${formats[format].type}`,
        "Connection: close",
      );
      call.send(text("a"));
      const answer = await client.ended();
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.body],
        [200, formats[format].type, ""],
      );
      assert.equal(await call.closed, 8);
    });

    test(`§6: an HTTP/1.0 client gets ${format} without chunks, ended by the connection`, async () => {
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.0",
        `Accept: ${formats[format].type}`,
      );
      call.send(text("a"));
      call.send(text("é\n"));
      call.end();
      const answer = await client.ended();
      assert.equal(answer.headers["transfer-encoding"], undefined);
      assert.equal(answer.headers["content-length"], undefined);
      assert.deepEqual([answer.status, answer.body], [200, formats[format].two]);
    });

    test(`§6: the connection is kept behind a whole ${format}`, async () => {
      const head = ["GET /watch/x HTTP/1.1", `Accept: ${formats[format].type}`] as const;
      const { client, call } = await gateway.call(...head);
      call.send(text("a"));
      call.end();
      const first = await client.whole();
      assert.deepEqual([first.isWhole, first.rest], [true, ""]);
      client.forget();
      client.write(`${head.join("\r\nHost: a\r\n")}\r\n\r\n`);
      const next = await gateway.upstream.nextCall();
      next.send(text("a"));
      next.send(text("é\n"));
      next.end();
      expectStream(await client.whole(), format, formats[format].two);
      client.destroy();
    });
  }
});

suite("§6: the formats of a route", patience, () => {
  test("§6 out-formats: the first is the default, and a format that is not among them is 406", async () => {
    await withStreamGateway({ streams: "[ndjson, sse]" }, async (gateway) => {
      expectStream(await askTwo(gateway), "ndjson", formats.ndjson.two);
      expectStream(await askTwo(gateway, "Accept: */*"), "ndjson", formats.ndjson.two);
      expectStream(await askTwo(gateway, "Accept: text/*"), "sse", formats.sse.two);
      const client = gateway.open("GET /watch/x HTTP/1.1", "Accept: application/json");
      const answer = await client.whole();
      client.destroy();
      assert.equal(answer.status, 406);
      const records = await recordsOf(gateway, 4);
      assert.deepEqual(
        records.map(({ status, reason }) => [status, reason]),
        [
          [200, undefined],
          [200, undefined],
          [200, undefined],
          [406, "NOT_ACCEPTABLE"],
        ],
      );
    });
  });

  test("§6 out-formats: server-sent events are the default where they come first", async () => {
    await withStreamGateway({ streams: "{ formats: [sse] }" }, async (gateway) => {
      expectStream(await askTwo(gateway), "sse", formats.sse.two);
    });
  });
});

suite("§6: server-sent events", patience, () => {
  test("§6 sse-heartbeat: a silent stream has a comment every heartbeat, and ids count messages alone", async () => {
    await withStreamGateway({ streams: "{ sse_heartbeat: 20ms }" }, async (gateway) => {
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.1",
        "Accept: text/event-stream",
      );
      call.send(text("a"));
      await client.until("\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
      call.send(text("b"));
      call.end();
      const { body, isWhole, headers } = await client.whole();
      client.destroy();
      assert.ok(isWhole);
      assert.equal(headers["cache-control"], "no-cache");
      assert.match(
        body,
        /^id: 1\ndata: \{"text":"a"\}\n\n(:\n\n){2,}id: 2\ndata: \{"text":"b"\}\n\n(:\n\n)*$/,
      );
    });
  });

  test("§6 sse-heartbeat: a heartbeat comes before any message too", async () => {
    const streams = "{ sse_heartbeat: 20ms, first_message_timeout: 0s }";
    await withStreamGateway({ streams }, async (gateway) => {
      const { client, call } = await gateway.call(
        "GET /watch/x HTTP/1.1",
        "Accept: text/event-stream",
      );
      await client.until("\r\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
      call.end();
      assert.match((await client.whole()).body, /^(:\n\n){2,}$/);
      client.destroy();
    });
  });

  for (const accept of ["application/json", "application/x-ndjson"]) {
    test(`§6 sse-heartbeat: ${accept} has no heartbeat`, async () => {
      await withStreamGateway({ streams: "{ sse_heartbeat: 1ms }" }, async (gateway) => {
        const watched = await gateway.call("GET /watch/x HTTP/1.1", "Accept: text/event-stream");
        const { client, call } = await gateway.call("GET /watch/x HTTP/1.1", `Accept: ${accept}`);
        call.send(text("a"));
        watched.call.send(text("a"));
        // As long as another stream has its heartbeats.
        await watched.client.until(":\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n");
        call.end();
        assert.doesNotMatch((await client.whole()).body, /:\n\n/);
        client.destroy();
        watched.client.destroy();
      });
    });
  }
});
