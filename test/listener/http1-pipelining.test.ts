import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { openClient } from "../protocol/rest-streams-client.ts";
import {
  patience,
  type StreamGateway,
  text,
  withStreamGateway,
} from "../protocol/rest-streams-gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const cancel = 8;

function watch(id: string, accept: string): string {
  return `GET /watch/${id} HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\n\r\n`;
}

/** Asks for an element of another connection, and waits until its call is there: it has overtaken whatever did not go up. */
async function sentinel(gateway: StreamGateway): Promise<void> {
  const { client, call } = await gateway.call("GET /watch/sentinel HTTP/1.1");
  assert.match(String(await call.next()), /sentinel/);
  call.end();
  await client.whole();
}

suite("H1-39: requests that come before the one ahead of them is answered", () => {
  test("H1-39: go up one after another", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const client = openClient(
        gateway.port,
        ["a", "b", "c"].map((id) => watch(id, "application/x-ndjson")).join(""),
      );
      for (const id of ["a", "b", "c"]) {
        const call = await gateway.upstream.nextCall();
        assert.match(String(await call.next()), new RegExp(id));
        call.send(text(`of ${id}`));
        await client.until(`of ${id}`);
        await sentinel(gateway);
        call.end();
      }
      client.write("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until("NO_ROUTE");
      client.destroy();
    });
  });

  const behind = [
    { name: "a request", bytes: watch("b", "application/json") },
    { name: "20 requests", bytes: watch("b", "application/json").repeat(20) },
    { name: "half a request", bytes: "GET /watch/b HT" },
    { name: "nothing", bytes: "" },
  ];
  for (const { name, bytes } of behind)
    test(
      `H1-39: a client that leaves cancels its call, and what it sent behind never goes up: ${name}`,
      patience,
      async () => {
        await withStreamGateway({}, async (gateway) => {
          const client = openClient(gateway.port, watch("a", "application/json") + bytes);
          const first = await gateway.upstream.nextCall();
          first.send(text("one"));
          await client.until("one");
          client.destroy();
          assert.equal(await first.closed, cancel);
          await sentinel(gateway);
        });
      },
    );

  test(
    "§6: are answered behind a whole answer, and the one that is cut ends",
    patience,
    async () => {
      await withStreamGateway({}, async (gateway) => {
        const client = openClient(
          gateway.port,
          ["a", "b", "c"].map((id) => watch(id, "application/json")).join(""),
        );
        const first = await gateway.upstream.nextCall();
        first.send(text("one"));
        first.send(text("two"));
        first.end();
        const second = await gateway.upstream.nextCall();
        second.send(text("half"));
        await client.until("half");
        second.end(9, "no more");
        const answer = await client.ended();
        assert.ok(answer.isWhole);
        assert.deepEqual(JSON.parse(answer.body), [{ text: "one" }, { text: "two" }]);
        assert.match(answer.rest, /^HTTP\/1\.1 200 .*half/s);
        assert.doesNotMatch(answer.rest, /\r\n0\r\n\r\n$/);
        await sentinel(gateway);
      });
    },
  );
});

suite("what comes behind the last answer of a connection", () => {
  const rows = [
    { name: "404", line: "POST /nowhere", type: "application/json", status: 404 },
    { name: "405", line: "PUT /v1/kitchen-sink:echo", type: "application/json", status: 405 },
    { name: "415", line: "POST /v1/kitchen-sink:echo", type: "text/plain", status: 415 },
    { name: "413", line: "POST /v1/kitchen-sink:echo", type: "application/json", status: 413 },
  ];
  for (const { name, line, type, status } of rows) {
    test(`H1-46: after an early ${name} is never a request`, patience, async () => {
      const gateway = await startTestGateway({ listener: "limits: { body: 1KiB }" });
      try {
        const head = [`${line} HTTP/1.1`, "Host: a", `Content-Type: ${type}`];
        const client = openClient(
          gateway.port,
          [...head, "Content-Length: 2000", "", ""].join("\r\n"),
        );
        await client.until("details");
        client.write(`${" ".repeat(2000)}GET /v1/kitchen-sink HTTP/1.1\r\nHost: a\r\n\r\n`);
        const answer = await client.ended();
        assert.deepEqual([answer.status, answer.headers["connection"]], [status, "close"]);
        assert.equal(answer.rest, "");
        assert.equal((await send(gateway.port, "GET", "/v1/kitchen-sink")).status, 200);
        assert.equal(gateway.backend.requestCount(), 1, "the request behind it went upstream");
      } finally {
        await gateway.stop();
      }
    });
  }

  test(
    "H1-46: after a stream that ended before its body is never a request",
    patience,
    async () => {
      await withStreamGateway({}, async (gateway) => {
        const { client, call } = await gateway.call(
          "POST /chat HTTP/1.1",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked",
        );
        call.send(text("one"));
        call.end();
        assert.ok((await client.whole()).isWhole);
        client.write(`0\r\n\r\n${watch("b", "application/json")}`);
        await client.ended();
        await sentinel(gateway);
      });
    },
  );
});

suite("a cut answer over HTTP/1.0", () => {
  test("§6: is told from a whole one by a reset", patience, async () => {
    await withStreamGateway({}, async (gateway) => {
      const socket = connect(gateway.port, "127.0.0.1");
      const reset = once(socket, "error");
      let got = "";
      socket.on("data", (chunk: Buffer) => {
        got += chunk.toString("latin1");
      });
      socket.write("GET /watch/a HTTP/1.0\r\n\r\n");
      const call = await gateway.upstream.nextCall();
      call.send(text("one"));
      await once(socket, "data");
      call.end(9, "no more");
      const [error] = (await reset) as [NodeJS.ErrnoException];
      assert.equal(error.code, "ECONNRESET");
      assert.match(got, /one/);
    });
  });
});
