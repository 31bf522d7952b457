import { connect } from "node:net";

/** What one connection came to. */
export interface Conversation {
  readonly bytes: Buffer;
  /** "stuck": the other side neither answered nor ended within the bound. */
  readonly end: "closed" | "reset" | "stuck";
}

/** How a connection is used. */
export interface ConversationOptions {
  /**
   * After so long without a byte, in ms, this side ends what it sends, and after as long again it goes, if what
   * came is enough; undefined: it waits for the other side to.
   */
  readonly endAfterQuietMs?: number;
  readonly isEnough: (bytes: Buffer) => boolean;
  /** After so long, in ms, it is stuck. */
  readonly boundMs: number;
}

/** Sends the parts, each in its own packet as far as the kernel lets it, and takes all that comes back. */
export function converse(
  port: number,
  parts: readonly string[],
  options: ConversationOptions,
): Promise<Conversation> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let end: Conversation["end"] = "closed";
    let quiet: NodeJS.Timeout | undefined;
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const rest = parts.values();
    const bound = setTimeout(() => {
      end = "stuck";
      socket.destroy();
    }, options.boundMs);
    const listenOn = (): void => {
      clearTimeout(quiet);
      if (options.endAfterQuietMs === undefined) return;
      quiet = setTimeout(() => {
        if (!socket.writableEnded) socket.end();
        else if (options.isEnough(Buffer.concat(chunks))) socket.destroy();
        listenOn();
      }, options.endAfterQuietMs);
    };
    const sendNext = (): void => {
      const part = rest.next();
      if (socket.destroyed || !socket.writable) return;
      if (part.done === true) listenOn();
      else socket.write(part.value, "latin1", () => setImmediate(sendNext));
    };
    socket.on("connect", sendNext);
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (quiet !== undefined) listenOn();
    });
    socket.on("error", () => {
      end = "reset";
    });
    socket.on("close", () => {
      clearTimeout(bound);
      clearTimeout(quiet);
      resolve({ bytes: Buffer.concat(chunks), end });
    });
  });
}
