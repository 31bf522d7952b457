import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { AccessRecord } from "../../src/telemetry/index.ts";
import type { TestGateway } from "../support/gateway.ts";
import { patience, recordsOf, text, withStreamGateway } from "./rest-streams-gateway.ts";

const closed = [499, "CLIENT_CLOSED"] as const;
const chunked = ["Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"] as const;

/** A copy, which the checks of the compiler do not take for the same at another time. */
const recordsSoFar = (gateway: TestGateway): AccessRecord[] => [...gateway.records];

suite("§6: a client that goes away in the middle", patience, () => {
  const rows: readonly {
    readonly name: string;
    readonly head: readonly [string, ...string[]];
    readonly sendsFirst: boolean;
    readonly repliesFirst: boolean;
    /** A body that ends in the middle is what is told of it (faults.md H1-44). */
    readonly record?: readonly [number, string];
  }[] = [
    {
      name: "of a server stream",
      head: ["GET /watch/x HTTP/1.1"],
      sendsFirst: false,
      repliesFirst: true,
    },
    {
      name: "of a server stream that has not answered",
      head: ["GET /watch/x HTTP/1.1"],
      sendsFirst: false,
      repliesFirst: false,
    },
    {
      name: "of a client stream",
      head: ["POST /collect HTTP/1.1", ...chunked],
      sendsFirst: true,
      repliesFirst: false,
      record: [400, "INCOMPLETE_BODY"],
    },
    {
      name: "of a bidirectional stream",
      head: ["POST /chat HTTP/1.1", ...chunked],
      sendsFirst: true,
      repliesFirst: true,
      record: [200, "INCOMPLETE_BODY"],
    },
    {
      name: "of a bidirectional stream before a reply",
      head: ["POST /chat HTTP/1.1", ...chunked],
      sendsFirst: true,
      repliesFirst: false,
      record: [400, "INCOMPLETE_BODY"],
    },
    {
      name: "of an upload",
      head: ["POST /upload HTTP/1.1", "Content-Type: a/b", "Transfer-Encoding: chunked"],
      sendsFirst: true,
      repliesFirst: false,
      record: [400, "INCOMPLETE_BODY"],
    },
  ];
  for (const { name, head, sendsFirst, repliesFirst, record = closed } of rows) {
    test(`§6: ${name} resets the call with CANCEL, and is one record`, async () => {
      await withStreamGateway({}, async (gateway) => {
        const { client, call } = await gateway.call(...head);
        if (sendsFirst) {
          client.chunk('{"text":"a"}\n');
          assert.notEqual(await call.next(), undefined);
        }
        if (repliesFirst) {
          call.send(text("b"));
          await client.until('"b"');
        }
        assert.deepEqual(recordsSoFar(gateway), [], "a record is written at the end");
        client.destroy();
        assert.equal(await call.closed, 8);
        await recordsOf(gateway, 1);
        await gateway.stop();
        assert.deepEqual(
          recordsSoFar(gateway).map(({ status, reason }) => [status, reason]),
          [record],
        );
      });
    });
  }
});

suite("§6: the access record of a stream", patience, () => {
  test("§6: is written once, at the end, with what was sent", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1");
      call.send(text("a"));
      await client.until('"a"');
      call.send(text("b"));
      await client.until('"b"');
      assert.deepEqual(recordsSoFar(gateway), []);
      call.end();
      const { body } = await client.whole();
      client.destroy();
      await recordsOf(gateway, 1);
      await gateway.stop();
      const [record, ...others] = recordsSoFar(gateway);
      assert.equal(others.length, 0);
      assert.deepEqual(
        [record?.status, record?.grpcCode, record?.reason, record?.bytesOut, record?.route],
        [200, "OK", undefined, body.length, "/watch/{id}"],
      );
    });
  });

  test("§6: of a stream that was refused by the service has its status", async () => {
    await withStreamGateway({}, async (gateway) => {
      const { client, call } = await gateway.call("GET /watch/x HTTP/1.1");
      call.end(7, "no");
      await client.whole();
      client.destroy();
      await recordsOf(gateway, 1);
      await gateway.stop();
      assert.deepEqual(
        recordsSoFar(gateway).map(({ status, grpcCode }) => [status, grpcCode]),
        [[403, "PERMISSION_DENIED"]],
      );
    });
  });
});
