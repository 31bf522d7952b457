import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { FrameWriter } from "../../src/listener/frame-writer.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A socket whose peer takes nothing until `take`. */
function stoppedSocket() {
  const waiting: ((error?: Error) => void)[] = [];
  const webSocket = {
    OPEN: 1,
    readyState: 1,
    isPaused: false,
    bufferedAmount: 0,
    on: () => webSocket,
    once: () => webSocket,
    send(bytes: Uint8Array, _options: object, sent: (error?: Error) => void) {
      webSocket.bufferedAmount += bytes.length + 2;
      waiting.push(sent);
    },
  };
  const socket = { timeout: 0, on: () => socket, setTimeout: () => socket };
  const take = (): void => {
    webSocket.bufferedAmount = 0;
    for (const sent of waiting.splice(0)) sent();
  };
  return { webSocket, socket, waiting, take };
}

type Arguments = ConstructorParameters<typeof FrameWriter>;

suite("U-24: frames for a reader that takes nothing", () => {
  for (const size of [0, 100, 1000, 65_536]) {
    test(`U-24: of ${size} bytes hold less than 192 KiB, each counted with what it costs`, async () => {
      const { webSocket, socket, waiting, take } = stoppedSocket();
      const writer = new FrameWriter(
        webSocket as unknown as Arguments[0],
        socket as unknown as Arguments[1],
        1000,
        new FakeClock(),
      );
      let held: Promise<boolean> | undefined;
      while (held === undefined) {
        const sent = writer.send(Buffer.alloc(size), false);
        const turn = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
        if ((await Promise.race([sent, turn])) === undefined) held = sent;
      }
      assert.ok(waiting.length * (size + 512) < 192 * 1024, `${waiting.length} frames wait`);
      take();
      assert.equal(await held, true);
      assert.equal(await writer.send(Buffer.alloc(size), false), true, "it goes on");
    });
  }
});
