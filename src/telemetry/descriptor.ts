import { closeSync, constants, fstatSync, openSync, write } from "node:fs";
import type { LineDestination } from "./line-sink.ts";

/** How soon a full pipe is asked again. */
const fullPipeMs = 20;

/**
 * A destination over an open file descriptor, such as 1 for standard output, which stays open. Neither a full pipe
 * nor a slow disk holds up the event loop: writes run in the thread pool, and a pipe or terminal is opened anew so
 * that this view of it, and no other, is non-blocking. Where that cannot be done (sockets, systems without
 * /proc) a write to a full pipe holds one thread of the pool.
 */
export function descriptorDestination(descriptor: number): LineDestination {
  const own = reopen(descriptor);
  const target = own ?? descriptor;
  let isClosed = false;

  const writeBytes = (bytes: Uint8Array, done: (error: Error | undefined) => void): void => {
    if (isClosed) {
      done(new Error("the destination is closed"));
      return;
    }
    write(target, bytes, 0, bytes.length, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        // Not the injected clock: like any write under way, this one keeps the process until it is given up.
        setTimeout(writeBytes, fullPipeMs, bytes, done);
      } else if (error !== null || written === bytes.length) {
        done(error ?? undefined);
      } else {
        writeBytes(bytes.subarray(written), done);
      }
    });
  };
  return {
    write: (text, done) => writeBytes(Buffer.from(text), done),
    close() {
      isClosed = true;
      if (own !== undefined) closeSync(own);
    },
  };
}

function reopen(descriptor: number): number | undefined {
  try {
    const facts = fstatSync(descriptor);
    // A regular file has a position that a second opening would not share.
    if (!facts.isFIFO() && !facts.isCharacterDevice()) return undefined;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}
