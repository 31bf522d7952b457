import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { seededRandom } from "../../src/base/index.ts";
import type { Exchange, Response } from "../../src/exchange/index.ts";
import { connectionOf } from "../../src/listener/http1-connection.ts";
import { openIntake } from "../../src/listener/http1-intake.ts";
import { connectBothSides } from "../faults/server-side.ts";
import { deferred } from "../support/deferred.ts";
import { startTestListener } from "./test-listener.ts";

const patience = { timeout: 20_000 };

/** Counts the requests that Node has parsed and not answered yet, of all servers of this process. */
function countUnanswered(): { readonly most: () => number; stop(): void } {
  let count = 0;
  let most = 0;
  const onStart = (): void => {
    most = Math.max(most, ++count);
  };
  const onFinish = (): void => {
    count--;
  };
  subscribe("http.server.request.start", onStart);
  subscribe("http.server.response.finish", onFinish);
  return {
    most: () => most,
    stop() {
      unsubscribe("http.server.request.start", onStart);
      unsubscribe("http.server.response.finish", onFinish);
    },
  };
}

/** Answers with what was asked for, one turn of the loop later. Tells how many were being served at once. */
function echoing() {
  let count = 0;
  let most = 0;
  const handle = async (exchange: Exchange): Promise<Response> => {
    most = Math.max(most, ++count);
    const read = await exchange.body.readAll(1_000_000);
    await new Promise((resolve) => setImmediate(resolve));
    count--;
    const body = Buffer.from(`${exchange.path} ${read.ok ? read.value.length : read.error};`);
    return { status: 200, headers: ["content-length", String(body.length)], body };
  };
  return { handle, most: () => most };
}

/** Sends pieces, each in a turn of its own, and gives the bodies of all answers. */
async function answersTo(port: number, pieces: readonly (string | Buffer)[]): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await once(socket, "close");
  return [
    ...Buffer.concat(chunks)
      .toString("latin1")
      .matchAll(/[^\r\n;]+(?=;)/g),
  ].map(String);
}

const last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** Heads, bodies that look like heads, empty lines; and what each is answered with. */
const mixed: readonly { readonly bytes: string; readonly want: string }[] = [
  { bytes: "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", want: "/a 0" },
  { bytes: "\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", want: "/b 0" },
  {
    bytes: `POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: ${last.length}\r\n\r\n${last}`,
    want: `/c ${last.length}`,
  },
  {
    bytes: `POST /d HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n${"\r\n\r\n".repeat(1000)}`,
    want: "/d 4000",
  },
  {
    bytes: `POST /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n${last.length.toString(16)}\r\n${last}\r\n0\r\n\r\n`,
    want: `/e ${last.length + 4}`,
  },
  {
    bytes: `POST /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n`,
    want: "/f 0",
  },
  { bytes: `GET /g HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(3000)}\r\n\r\n`, want: "/g 0" },
];

suite("H1-39: the intake of a connection", () => {
  test(
    "H1-39: of 1,000 pipelined requests at most 17 are parsed and one is served",
    patience,
    async () => {
      const { handle, most } = echoing();
      const { listener, port } = await startTestListener(handle);
      const unanswered = countUnanswered();
      try {
        const asked = Array.from({ length: 1000 }, (_, index) => `/${index}`);
        const bytes = asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join("");
        const answers = await answersTo(port, [bytes + last]);
        assert.deepEqual(
          answers,
          [...asked, "/last"].map((path) => `${path} 0`),
        );
        assert.equal(most(), 1);
        assert.ok(unanswered.most() <= 17, `${unanswered.most()} were parsed`);
      } finally {
        unanswered.stop();
        await listener.drain(0);
      }
    },
  );

  test(
    "H1-39: behind one that is not answered the socket is read no further",
    patience,
    async () => {
      const entered = deferred();
      const release = deferred();
      const { listener, port } = await startTestListener(async (exchange) => {
        entered.resolve();
        await release.promise;
        return {
          status: 200,
          headers: ["content-length", "2"],
          body: Buffer.from(`${exchange.path};`),
        };
      });
      const unanswered = countUnanswered();
      try {
        const { client, server } = await connectBothSides(port);
        let answers = 0;
        client.on("data", (chunk: Buffer) => {
          answers += chunk.toString("latin1").split("/;").length - 1;
        });
        const count = 200_000;
        client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(count));
        await entered.promise;
        // Until nothing more is read, for many turns.
        for (let before = -1, turns = 0; turns < 200; turns++) {
          if (server.bytesRead !== before) turns = 0;
          before = server.bytesRead;
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.ok(server.bytesRead <= 4 * 64 * 1024, `${server.bytesRead} bytes were read`);
        assert.ok(unanswered.most() <= 17, `${unanswered.most()} were parsed`);
        release.resolve();
        while (answers < 5000) await once(client, "data");
        assert.ok(unanswered.most() <= 17, `${unanswered.most()} were parsed`);
        client.destroy();
      } finally {
        unanswered.stop();
        await listener.drain(0);
      }
    },
  );

  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(
      `H1-39: however pipelined bytes are cut, they are the same requests (seed ${seed})`,
      patience,
      async () => {
        const random = seededRandom(seed);
        const { handle, most } = echoing();
        const { listener, port } = await startTestListener(handle);
        try {
          const rows = Array.from({ length: 60 }, () => mixed[Math.floor(random() * mixed.length)]);
          const bytes = Buffer.from(rows.map((row) => row?.bytes).join("") + last, "latin1");
          const pieces: Buffer[] = [];
          for (let at = 0; at < bytes.length; ) {
            const length = 1 + Math.floor(random() * random() * (seed % 2 === 0 ? 300 : 9000));
            pieces.push(bytes.subarray(at, at + length));
            at += length;
          }
          const answers = await answersTo(port, pieces);
          assert.deepEqual(answers, [...rows.map((row) => row?.want), "/last 0"]);
          assert.equal(most(), 1);
        } finally {
          await listener.drain(0);
        }
      },
    );
  }

  test("H1-39: holds where a Node hides its parser", patience, async () => {
    let count = 0;
    let most = 0;
    const server = createServer((request, response) => {
      connectionOf(request.socket).take(request, response, () => {
        most = Math.max(most, ++count);
        setImmediate(() => {
          count--;
          response.end(`${request.url};`);
        });
      });
    });
    server.on("connection", (socket) => {
      const { parser } = socket as unknown as { parser: { onIncoming: unknown } };
      const { onIncoming } = parser;
      parser.onIncoming = undefined;
      openIntake(socket);
      parser.onIncoming = onIncoming;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const unanswered = countUnanswered();
    try {
      const address = server.address();
      assert.ok(typeof address === "object" && address !== null);
      const asked = Array.from({ length: 300 }, (_, index) => `/${index}`);
      const bytes = asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join("");
      assert.deepEqual(await answersTo(address.port, [bytes + last]), [...asked, "/last"]);
      assert.equal(most, 1);
      assert.ok(unanswered.most() <= 17, `${unanswered.most()} were parsed`);
    } finally {
      unanswered.stop();
      server.close();
    }
  });
});
