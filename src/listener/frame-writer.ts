import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Clock, Timer } from "../base/index.ts";

/** How often a peer is asked for a sign of life, in ms. One that gives none in between is gone. */
const pingMs = 30_000;

/** Bytes that may wait for a slow reader before its upstream is made to wait. */
const bufferedBytes = 64 * 1024;

/** What a frame that waits costs beside its bytes: without it, 64 KiB of empty messages would hold 9 MiB. */
const frameBytes = 512;

/** How long a peer may take to answer a close, in ms. */
const closeMs = 1000;

/** Writes the frames of one WebSocket at the pace of its reader, and ends the socket where that stands still. */
export class FrameWriter {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #stallMs: number;
  readonly #clock: Clock;
  #isAlive = true;
  /** Frames that the socket has not taken. */
  #frames = 0;
  #pinging: Timer;
  #closing: Timer | undefined = undefined;

  /** A peer that takes nothing for `stallMs` is cut off. */
  constructor(webSocket: WebSocket, socket: Socket, stallMs: number, clock: Clock) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#stallMs = stallMs;
    this.#clock = clock;
    this.#pinging = clock.setTimer(pingMs, () => this.#ping());
    webSocket.on("pong", () => {
      this.#isAlive = true;
    });
    webSocket.once("close", () => {
      this.#pinging.cancel();
      this.#closing?.cancel();
    });
    socket.on("timeout", () => {
      if (webSocket.bufferedAmount > 0) this.terminate();
      else socket.setTimeout(0);
    });
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  /** Sends a frame and waits while too much is under way; false when the peer is gone or takes nothing. */
  send(bytes: Uint8Array, isBinary: boolean): Promise<boolean> {
    const webSocket = this.#webSocket;
    if (!this.isOpen) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waits = webSocket.bufferedAmount + this.#frames * frameBytes > bufferedBytes;
      if (waits) this.#watchProgress();
      this.#frames++;
      webSocket.send(bytes, { binary: isBinary }, (error) => {
        this.#frames--;
        if (waits) resolve(error == null);
      });
      if (!waits) resolve(true);
    });
  }

  /** Closes behind the frames so far. The peer's time to answer begins once it has them all. */
  close(code: number, reason: string): void {
    const webSocket = this.#webSocket;
    if (!this.isOpen) return;
    webSocket.close(code, reason);
    this.#watchProgress();
    this.#socket.write("", () => {
      this.#closing ??= this.#clock.setTimer(closeMs, () => this.terminate());
    });
    // A close of the peer's own is read only while the socket flows.
    webSocket.resume();
  }

  /** Closes a peer that may have no more than a moment to take what is under way. */
  closeNow(code: number): void {
    this.close(code, "");
    this.#closing ??= this.#clock.setTimer(closeMs, () => this.terminate());
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  // The socket's own timer starts anew whenever the kernel takes bytes, which no other place can see.
  #watchProgress(): void {
    this.#socket.setTimeout(this.#stallMs);
  }

  #ping(): void {
    if (!this.#isAlive) {
      this.terminate();
      return;
    }
    if (this.#webSocket.bufferedAmount > 0) {
      // Who has yet to take what was sent before cannot answer, and is timed by what it takes.
      if (this.#socket.timeout === 0) this.#watchProgress();
    } else {
      // A socket that is held back for its upstream reads no answer either.
      this.#isAlive = this.#webSocket.isPaused;
      this.#webSocket.ping();
    }
    this.#pinging = this.#clock.setTimer(pingMs, () => this.#ping());
  }
}
