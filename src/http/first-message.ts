import { CancellationSource, type Clock, ok, type Result } from "../base/index.ts";
import {
  type Call,
  type CallSender,
  type Envelope,
  emptyMetadata,
  type Failure,
  type MessageStream,
  type Metadata,
  type Reply,
} from "../rpc/index.ts";

type NextMessage = Result<Envelope | undefined, Failure>;

/**
 * Gives a streaming reply with its first message, so that a call that fails before it is answered with its
 * status; after `withinMs` it is given as far as it is known (transcoding.md §6).
 */
export function afterFirstMessage(send: CallSender, withinMs: number, clock: Clock): CallSender {
  return (call) =>
    new Promise((resolve) => {
      const cancellation = new CancellationSource();
      const reply = new CommencedReply(cancellation);
      const timer = clock.setTimer(withinMs, () => resolve(ok(reply)));
      call.cancellation.onCancel(() => cancellation.cancel());
      void send(cancelledBy(cancellation, call)).then(async (outcome) => {
        const failure = outcome.ok ? await reply.begin(outcome.value) : reply.fail(outcome.error);
        timer.cancel();
        resolve(failure ?? ok(reply));
      });
    });
}

function cancelledBy(cancellation: CancellationSource, call: Call): Call {
  const { method, metadata, messages, deadline, stallMs, maxReplyBytes } = call;
  return { method, metadata, messages, deadline, cancellation, stallMs, maxReplyBytes };
}

/** A reply that may be handed on before the upstream has said anything. */
class CommencedReply implements Reply, MessageStream {
  readonly messages = { kind: "stream", stream: this } as const;
  /** Ends the call while the upstream has not answered: there is no stream yet that could be told. */
  readonly #call: CancellationSource;
  #inner: Reply | undefined = undefined;
  /** The first message as long as nobody has taken it. */
  #first: NextMessage | undefined = undefined;
  #waiting: ((next: NextMessage) => void) | undefined = undefined;
  #isCancelled = false;
  #begun = false;

  constructor(call: CancellationSource) {
    this.#call = call;
  }

  get headers(): Metadata {
    return this.#inner?.headers ?? emptyMetadata;
  }

  trailers(): Metadata {
    return this.#inner?.trailers() ?? emptyMetadata;
  }

  /** Waits for the first message; gives the failure when there is one in its place. */
  async begin(reply: Reply): Promise<Result<Reply, Failure> | undefined> {
    this.#inner = reply;
    if (this.#isCancelled) this.#stream()?.cancel();
    const { messages } = reply;
    const first: NextMessage =
      messages.kind === "stream" ? await messages.stream.next() : ok(messages.envelope);
    this.#give(first);
    return first.ok ? undefined : first;
  }

  fail(failure: Failure): Result<Reply, Failure> {
    const first = { ok: false, error: failure } as const;
    this.#give(first);
    return first;
  }

  next(): Promise<NextMessage> {
    const first = this.#first;
    if (first !== undefined) {
      if (first.ok && first.value !== undefined) this.#first = undefined;
      return Promise.resolve(first);
    }
    const stream = this.#stream();
    if (stream !== undefined && this.#begun) return stream.next();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  poll(): Envelope | undefined {
    const first = this.#first;
    if (first === undefined) return this.#begun ? this.#stream()?.poll() : undefined;
    if (!first.ok || first.value === undefined) return undefined;
    this.#first = undefined;
    return first.value;
  }

  cancel(): void {
    this.#isCancelled = true;
    if (this.#inner === undefined) this.#call.cancel();
    else this.#stream()?.cancel();
  }

  #stream(): MessageStream | undefined {
    const messages = this.#inner?.messages;
    return messages?.kind === "stream" ? messages.stream : undefined;
  }

  #give(first: NextMessage): void {
    this.#begun = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#first = first;
    else waiting(first);
    // What ends the stream stays for whoever asks again.
    if (!first.ok || first.value === undefined) this.#first = first;
  }
}
