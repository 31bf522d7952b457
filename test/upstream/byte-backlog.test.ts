import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { ByteBacklog } from "../../src/upstream/byte-backlog.ts";

/** All that waits, run by run. */
function runsOf(backlog: ByteBacklog): Uint8Array[] {
  const runs: Uint8Array[] = [];
  while (backlog.length > 0) runs.push(backlog.shift());
  return runs;
}

suite("bytes that wait for a slow reader", () => {
  test("U-24: pieces keep alive no more than half as much again as what waits, whatever they are views of", () => {
    for (const size of [1, 100, 1024, 16_384, 100_000]) {
      const backlog = new ByteBacklog();
      // Each is a piece of its own read from the socket, whose other bytes are other streams'.
      while (backlog.length < 500_000) {
        backlog.push(new Uint8Array(new ArrayBuffer(size + 64 * 1024), 10, size));
      }
      const waits = backlog.length;
      const kept = new Set(runsOf(backlog).map(({ buffer }) => buffer));
      const held = [...kept].reduce((sum, { byteLength }) => sum + byteLength, 0);
      assert.ok(held <= waits * 1.5, `${held} bytes are kept for ${waits} in pieces of ${size}`);
    }
  });

  test("bytes come out as they went in, however they are cut and whenever they are taken", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bytes: fc.nat(30_000), takes: fc.nat(2) }), { maxLength: 20 }),
        (steps) => {
          const backlog = new ByteBacklog();
          const out: Uint8Array[] = [];
          let next = 0;
          for (const { bytes, takes } of steps) {
            backlog.push(Uint8Array.from({ length: bytes }, () => next++ % 251));
            for (let i = 0; i < takes; i++) out.push(backlog.shift());
          }
          out.push(...runsOf(backlog));
          const all = Buffer.concat(out);
          assert.equal(all.length, next);
          assert.ok(all.every((byte, index) => byte === index % 251));
          assert.equal(backlog.shift().length, 0);
        },
      ),
    );
  });

  test("what was forgotten does not come out", () => {
    const backlog = new ByteBacklog();
    backlog.push(new Uint8Array(10_000));
    backlog.clear();
    backlog.push(Uint8Array.of(7));
    assert.deepEqual(Buffer.concat(runsOf(backlog)), Buffer.of(7));
  });
});
