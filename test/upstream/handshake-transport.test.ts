import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { HandshakeTransport } from "../../src/upstream/tls/handshake-transport.ts";

function begun() {
  const log: string[] = [];
  const note = (what: string) => log.push(what);
  const socket = {
    write: (bytes: Uint8Array | string) => {
      note(`write ${String(bytes)}`);
      return false;
    },
    end: () => note("end"),
    destroy: () => note("destroy"),
  } as unknown as Parameters<HandshakeTransport["secured"]>[0];
  const transport = new HandshakeTransport();
  transport.begun(socket);
  return { transport, socket, log };
}

suite("T-09: before the handshake is over", () => {
  test("nothing is written; then everything, in its order", () => {
    const { transport, socket, log } = begun();
    assert.ok(transport.write(Buffer.from("preface")));
    transport.write(Buffer.from("settings"));
    assert.deepEqual(log, []);
    transport.secured(socket);
    assert.deepEqual(log, ["write preface", "write settings"]);
    assert.equal(transport.write(Buffer.from("more")), false, "the socket's own word counts");
    transport.end();
    assert.deepEqual(log.slice(2), ["write more", "end"]);
  });

  test("the end, in order or not, cuts the handshake and writes nothing", () => {
    for (const how of ["end", "destroy"] as const) {
      const { transport, socket, log } = begun();
      transport.write(Buffer.from("preface"));
      transport[how]();
      transport.secured(socket);
      transport.write(Buffer.from("more"));
      transport.destroy();
      assert.deepEqual(log, ["destroy"]);
      assert.ok(transport.hasEnded);
    }
  });
});
