import type { Stream } from "../h2/index.ts";
import type { Failure, MessageStream } from "../rpc/index.ts";

const nothing = new Uint8Array(0);

/**
 * Sends the messages of a client stream as they come. It asks for the next one only when the peer's windows
 * have taken the one before, so that a slow upstream slows the client.
 */
export class RequestSender {
  readonly #stream: Stream;
  readonly #messages: MessageStream;
  readonly #onFailure: (failure: Failure) => void;
  #state: "sending" | "sent" | "stopped" = "sending";
  #writable: (() => void) | undefined = undefined;

  /** `onFailure` is called when the client's side fails before its last message. */
  constructor(stream: Stream, messages: MessageStream, onFailure: (failure: Failure) => void) {
    this.#stream = stream;
    this.#messages = messages;
    this.#onFailure = onFailure;
    void this.#run();
  }

  /** Whether the upstream still waits for messages. */
  get isSending(): boolean {
    return this.#state === "sending";
  }

  /** The windows take bytes again. */
  onWritable(): void {
    const writable = this.#writable;
    this.#writable = undefined;
    writable?.();
  }

  /** Sends no more, and tells the client's side so. */
  stop(): void {
    if (this.#state !== "sending") return;
    this.#state = "stopped";
    this.#messages.cancel();
    this.onWritable();
  }

  async #run(): Promise<void> {
    while (this.#state === "sending") {
      const next = await this.#messages.next();
      if (!this.isSending) return;
      if (!next.ok) {
        this.#state = "stopped";
        this.#onFailure(next.error);
      } else if (next.value === undefined) {
        this.#state = "sent";
        this.#stream.write(nothing, true);
      } else if (!this.#stream.write(next.value, false)) {
        await this.#untilWritable();
      }
    }
  }

  #untilWritable(): Promise<void> {
    return new Promise((resolve) => {
      this.#writable = resolve;
    });
  }
}
