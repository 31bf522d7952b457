import assert from "node:assert/strict";
import net from "node:net";
import { after, suite, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import fc from "fast-check";
import { CancellationSource, systemClock } from "../../src/base/index.ts";
import { type Connection, createClientConnection, type StreamEvents } from "../../src/h2/index.ts";
import {
  decodeServingStatus,
  HealthMessages,
  healthRequest,
} from "../../src/health/grpc-message.ts";
import {
  type GrpcProbeOptions,
  grpcCheck,
  grpcWatch,
  type ProbeResult,
} from "../../src/health/index.ts";

const options: Omit<GrpcProbeOptions, "connection"> = {
  service: "",
  authority: "library:50051",
  userAgent: "diglot/0",
  scheme: "http",
};

/** A connection of one stream that a test answers by hand. */
function fakeStream() {
  const seen = { head: [] as readonly string[], written: Buffer.alloc(0), resets: 0, consumed: 0 };
  let events: StreamEvents | undefined;
  const connection: Pick<Connection, "openStream"> = {
    openStream(head, given) {
      seen.head = head;
      events = given;
      return {
        id: 1,
        queuedBytes: 0,
        write(chunk) {
          seen.written = Buffer.concat([seen.written, chunk]);
          return true;
        },
        reset: () => {
          seen.resets++;
        },
        consumed: (bytes) => {
          seen.consumed += bytes;
        },
      };
    },
  };
  return {
    seen,
    connection: () => connection,
    get events(): StreamEvents {
      assert.ok(events);
      return events;
    },
  };
}

const okHead = [":status", "200", "content-type", "application/grpc"];
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const notServing = Buffer.from([0, 0, 0, 0, 2, 8, 2]);

suite("messages of grpc.health.v1", () => {
  const requests = [
    { name: "the server as a whole is an empty message", service: "", want: "0000000000" },
    { name: "a service is field 1", service: "a.B", want: "00000000050a03612e42" },
  ];
  for (const { name, service, want } of requests) {
    test(name, () => assert.equal(Buffer.from(healthRequest(service)).toString("hex"), want));
  }

  const responses = [
    { name: "an empty one is UNKNOWN", hex: "", want: "UNKNOWN" },
    { name: "1 is SERVING", hex: "0801", want: "SERVING" },
    { name: "2 is NOT_SERVING", hex: "0802", want: "NOT_SERVING" },
    { name: "3 is SERVICE_UNKNOWN", hex: "0803", want: "SERVICE_UNKNOWN" },
    { name: "another number is UNKNOWN", hex: "0864", want: "UNKNOWN" },
    { name: "a negative number is UNKNOWN", hex: "08ffffffffffffffffff01", want: "UNKNOWN" },
    { name: "the last status counts", hex: "08020801", want: "SERVING" },
    { name: "a long varint counts", hex: "088100", want: "SERVING" },
    {
      name: "unknown fields of every wire type are passed over",
      hex: "10051901020304050607081a02ffff25010203040801",
      want: "SERVING",
    },
    { name: "a status of another wire type is passed over", hex: "0a0101", want: "UNKNOWN" },
    { name: "field 0 is refused", hex: "0001", want: undefined },
    { name: "a group is refused", hex: "0b0c", want: undefined },
    { name: "a varint that is cut off is refused", hex: "08", want: undefined },
    { name: "a varint of eleven bytes is refused", hex: `08${"ff".repeat(10)}01`, want: undefined },
    { name: "a length beyond the end is refused", hex: "1205aa", want: undefined },
    { name: "a fixed64 beyond the end is refused", hex: "0900", want: undefined },
  ];
  for (const { name, hex, want } of responses) {
    test(name, () => assert.equal(decodeServingStatus(Buffer.from(hex, "hex")), want));
  }

  test("any bytes are a status or are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const status = decodeServingStatus(bytes);
        assert.ok(status === undefined || /^[A-Z_]+$/.test(status));
      }),
    );
  });

  test("are cut out of any chunks", () => {
    const all = Buffer.concat([serving, notServing, Buffer.from([0, 0, 0, 0, 0]), serving]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: all.length }), { maxLength: 6 }), (cuts) => {
        const messages = new HealthMessages();
        const got: string[] = [];
        let at = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), all.length]) {
          const whole = messages.push(all.subarray(at, cut)) ?? [];
          got.push(...whole.map((message) => Buffer.from(message).toString("hex")));
          at = cut;
        }
        assert.deepEqual(got, ["0801", "0802", "", "0801"]);
      }),
    );
  });

  test("that are announced too long, or compressed, are refused before they come", () => {
    assert.equal(new HealthMessages().push(Buffer.from([0, 0, 0, 4, 1])), undefined);
    assert.deepEqual(new HealthMessages().push(Buffer.from([0, 0, 0, 4, 0])), []);
    assert.equal(new HealthMessages().push(Buffer.from([1, 0, 0, 0, 0])), undefined);
  });
});

suite("grpc.health.v1 Check", () => {
  const rows: readonly {
    readonly name: string;
    readonly answer: (events: StreamEvents) => void;
    readonly want: ProbeResult;
  }[] = [
    {
      name: "SERVING passes",
      answer(events) {
        events.onHeaders(okHead, false);
        events.onData(serving);
        events.onTrailers(["grpc-status", "0"]);
      },
      want: { kind: "pass" },
    },
    {
      name: "NOT_SERVING fails",
      answer(events) {
        events.onHeaders(okHead, false);
        events.onData(notServing);
        events.onTrailers(["grpc-status", "0"]);
      },
      want: { kind: "fail", reason: "the endpoint says NOT_SERVING", said: true },
    },
    {
      name: "NOT_FOUND, a service that the server does not know, fails",
      answer: (events) => events.onHeaders([...okHead, "grpc-status", "5"], true),
      want: { kind: "fail", reason: "the endpoint answered NOT_FOUND" },
    },
    {
      name: "a server without the health service passes, with a note",
      answer: (events) => events.onHeaders([...okHead, "grpc-status", "12"], true),
      want: {
        kind: "pass",
        note: "the endpoint has no grpc.health.v1.Health: it counts as healthy while it answers",
      },
    },
    {
      name: "status OK without a message fails",
      answer: (events) => events.onHeaders([...okHead, "grpc-status", "0"], true),
      want: { kind: "fail", reason: "no message in the reply" },
    },
    {
      name: "SERVING without status OK fails",
      answer(events) {
        events.onHeaders(okHead, false);
        events.onData(serving);
        events.onTrailers(["grpc-status", "14"]);
      },
      want: { kind: "fail", reason: "the endpoint answered UNAVAILABLE" },
    },
    {
      name: "a page of HTML fails by its status",
      answer: (events) => events.onHeaders([":status", "503", "content-type", "text/html"], false),
      want: { kind: "fail", reason: "HTTP 503" },
    },
    {
      name: "a status that is none fails",
      answer: (events) => events.onHeaders([...okHead, "grpc-status", "fine\nx"], true),
      want: { kind: "fail", reason: "the endpoint answered no gRPC status" },
    },
    {
      name: "bytes that are no response fail",
      answer(events) {
        events.onHeaders(okHead, false);
        events.onData(Buffer.from("<html>"));
      },
      want: { kind: "fail", reason: "the reply is no health response" },
    },
    {
      name: "a message that is no response fails",
      answer(events) {
        events.onHeaders(okHead, false);
        events.onData(Buffer.from([0, 0, 0, 0, 1, 8]));
      },
      want: { kind: "fail", reason: "the reply is no health response" },
    },
    {
      name: "a reset fails with what it says",
      answer(events) {
        const message = "reset by the peer";
        events.onEnd({ kind: "reset", code: 2, by: "peer", unprocessed: false, message });
      },
      want: { kind: "fail", reason: "reset by the peer" },
    },
  ];
  for (const { name, answer, want } of rows) {
    test(name, async () => {
      const fake = fakeStream();
      const result = grpcCheck({ ...options, connection: fake.connection })(
        new CancellationSource(),
      );
      answer(fake.events);
      assert.deepEqual(await result, want);
    });
  }

  test("fails without a connection, or with one that takes no stream", async () => {
    const want: ProbeResult = { kind: "fail", reason: "no connection to ask over" };
    for (const connection of [() => undefined, () => ({ openStream: () => undefined })]) {
      const check = grpcCheck({ ...options, connection });
      assert.deepEqual(await check(new CancellationSource()), want);
    }
  });

  test("resets its stream when it is called off", async () => {
    const fake = fakeStream();
    const source = new CancellationSource();
    const result = grpcCheck({ ...options, connection: fake.connection })(source);
    source.cancel();
    assert.deepEqual(await result, { kind: "fail", reason: "called off" });
    assert.equal(fake.seen.resets, 1);
  });

  test("sends the head and the message of the specification, and gives the window back", () => {
    const fake = fakeStream();
    void grpcCheck({ ...options, service: "a.B", connection: fake.connection })(
      new CancellationSource(),
    );
    fake.events.onData(serving);
    assert.deepEqual(fake.seen.head.slice(0, 8), [
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      "/grpc.health.v1.Health/Check",
      ":authority",
      "library:50051",
    ]);
    assert.equal(fake.seen.written.toString("hex"), "00000000050a03612e42");
    assert.equal(fake.seen.consumed, serving.length);
  });
});

suite("grpc.health.v1 Watch", () => {
  test("reports each status, however the bytes are cut, until it ends", async () => {
    const fake = fakeStream();
    const reports: string[] = [];
    const ended = grpcWatch({ ...options, connection: fake.connection })(
      ({ kind }) => reports.push(kind),
      new CancellationSource(),
    );
    fake.events.onHeaders(okHead, false);
    const bytes = Buffer.concat([serving, notServing, serving]);
    for (const byte of bytes) fake.events.onData(Buffer.from([byte]));
    assert.deepEqual(reports, ["pass", "fail", "pass"]);
    fake.events.onTrailers(["grpc-status", "0"]);
    assert.deepEqual(await ended, { kind: "fail", reason: "the endpoint ended the watch" });
    fake.events.onData(serving);
    assert.equal(reports.length, 3);
  });

  test("says when the endpoint does not have it", async () => {
    const fake = fakeStream();
    const watch = grpcWatch({ ...options, connection: fake.connection });
    const ended = watch(() => undefined, new CancellationSource());
    fake.events.onHeaders([...okHead, "grpc-status", "12"], true);
    assert.deepEqual(await ended, { kind: "unsupported" });
  });
});

suite("a server of @grpc/grpc-js", () => {
  const closing: (() => void)[] = [];
  after(() => {
    for (const close of closing) close();
  });

  const keep = (bytes: Buffer) => bytes;
  const method = (
    name: string,
    responseStream: boolean,
  ): grpc.MethodDefinition<Buffer, Buffer> => ({
    path: `/grpc.health.v1.Health/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: keep,
    requestDeserialize: keep,
    responseSerialize: keep,
    responseDeserialize: keep,
  });

  async function connect(server: grpc.Server): Promise<Connection> {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    const socket = net.connect({ host: "127.0.0.1", port });
    closing.push(() => {
      socket.destroy();
      server.forceShutdown();
    });
    return new Promise((resolve) => {
      const connection = createClientConnection({
        transport: {
          write: (bytes) => socket.write(bytes),
          end: () => socket.end(),
          destroy: () => socket.destroy(),
        },
        clock: systemClock,
        events: {
          onReady: () => resolve(connection),
          onGoAway: () => undefined,
          onCapacity: () => undefined,
          onClose: () => undefined,
        },
      });
      socket.on("data", (chunk) => connection.receive(chunk));
      socket.on("error", () => undefined);
      socket.on("close", () => connection.transportClosed());
    });
  }

  test("is asked over Check and watched over Watch", { timeout: 20_000 }, async () => {
    const server = new grpc.Server();
    let say: (status: number) => void = () => undefined;
    const asked: string[] = [];
    server.addService(
      { check: method("Check", false), watch: method("Watch", true) },
      {
        check: (call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
          asked.push(call.request.toString("hex"));
          reply(null, Buffer.from([8, 1]));
        },
        watch: (call: grpc.ServerWritableStream<Buffer, Buffer>) => {
          say = (status) => void call.write(Buffer.from([8, status]));
          say(1);
        },
      },
    );
    const connection = await connect(server);
    const probe = { ...options, service: "a.B", connection: () => connection };
    assert.deepEqual(await grpcCheck(probe)(new CancellationSource()), { kind: "pass" });
    assert.deepEqual(asked, ["0a03612e42"]);
    const source = new CancellationSource();
    const reports: string[] = [];
    const ended = grpcWatch(probe)(({ kind }) => {
      reports.push(kind);
      if (reports.length === 1) say(2);
      else source.cancel();
    }, source);
    assert.deepEqual(await ended, { kind: "fail", reason: "called off" });
    assert.deepEqual(reports, ["pass", "fail"]);
  });

  test("that has no health service is told as such", { timeout: 20_000 }, async () => {
    const connection = await connect(new grpc.Server());
    const probe = { ...options, connection: () => connection };
    const ended = await grpcWatch(probe)(() => undefined, new CancellationSource());
    assert.deepEqual(ended, { kind: "unsupported" });
    assert.equal((await grpcCheck(probe)(new CancellationSource())).kind, "pass");
  });
});
