import type { Stream } from "../h2/index.ts";
import type { Failure, MessageStream } from "../rpc/index.ts";
import { type DeadlineEntry, notQueued } from "./deadline-queue.ts";

const nothing = new Uint8Array(0);

/** Watches for senders whose upstream takes nothing. */
export interface StallWatch {
  /** Calls `entry.onDeadline` in `withinMs`, unless it is removed before. */
  add(entry: DeadlineEntry, withinMs: number): void;
  remove(entry: DeadlineEntry): void;
}

/** What a sender needs of its attempt. */
export interface SenderRules {
  /** The client's side has failed before its last message. */
  readonly fail: (failure: Failure) => void;
  /** The upstream has taken nothing of a message for `stallMs`, and for less than twice as long. */
  readonly onStall: () => void;
  readonly stalls: StallWatch;
  /** How long the upstream may take nothing of a message that waits for its windows, in ms. */
  readonly stallMs: number;
}

/**
 * Sends the messages of a client stream as they come. It asks for the next one only when the peer's windows
 * have taken the one before, so that a slow upstream slows the client.
 */
export class RequestSender implements DeadlineEntry {
  deadlineTick = notQueued;
  earlier: DeadlineEntry | undefined = undefined;
  later: DeadlineEntry | undefined = undefined;

  readonly #stream: Stream;
  readonly #messages: MessageStream;
  readonly #rules: SenderRules;
  #state: "sending" | "sent" | "stopped" = "sending";
  #writable: (() => void) | undefined = undefined;
  /** Bytes that waited when the stall clock was last set. */
  #waitedBytes = 0;

  constructor(stream: Stream, messages: MessageStream, rules: SenderRules) {
    this.#stream = stream;
    this.#messages = messages;
    this.#rules = rules;
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
    if (writable === undefined) return;
    this.#rules.stalls.remove(this);
    writable();
  }

  /** A message larger than the windows may take long, as long as it moves. */
  onDeadline(): void {
    if (this.#stream.queuedBytes < this.#waitedBytes) this.#watch();
    else this.#rules.onStall();
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
        this.#rules.fail(next.error);
      } else if (next.value === undefined) {
        this.#state = "sent";
        this.#stream.write(nothing, true);
      } else if (!this.#stream.write(next.value, false)) {
        await this.#untilWritable();
      }
    }
  }

  #untilWritable(): Promise<void> {
    this.#watch();
    return new Promise((resolve) => {
      this.#writable = resolve;
    });
  }

  #watch(): void {
    this.#waitedBytes = this.#stream.queuedBytes;
    this.#rules.stalls.add(this, this.#rules.stallMs);
  }
}
