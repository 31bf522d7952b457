import { err, ok, type Result } from "../base/index.ts";
import { ErrorCode } from "../h2/index.ts";
import type { Call, Failure, Reply } from "../rpc/index.ts";
import { type Attempt, type AttemptOwner, type StreamReset, UnaryAttempt } from "./attempt.ts";
import type { RequestEncoding } from "./compress.ts";
import { type DeadlineEntry, notQueued } from "./deadline-queue.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  clientClosedFailure,
  deadlineFailure,
  malformedReplyFailure,
  resetFailure,
} from "./failures.ts";
import { requestHead } from "./request-head.ts";
import type { StallWatch } from "./request-sender.ts";
import { StreamingAttempt } from "./streaming-attempt.ts";

/** What a call in flight needs of its cluster. */
export interface CallHost {
  readonly authority: string | undefined;
  readonly userAgent: string;
  /** How messages of requests are compressed; undefined for not at all. */
  readonly encoding: RequestEncoding | undefined;
  readonly stalls: StallWatch;
  now(): number;
  /** Sends the call on a connection, now or once there is one; or fails it. */
  place(call: ActiveCall): void;
  /** The call has ended; it is not to be sent any more. */
  ended(call: ActiveCall): void;
}

type CallState =
  | { readonly kind: "waiting" }
  | { readonly kind: "sent"; readonly attempt: Attempt; readonly endpoint: Endpoint }
  | { readonly kind: "ended" };

const waiting: CallState = { kind: "waiting" };
const ended: CallState = { kind: "ended" };

/** A call from its acceptance to its end, whatever number of attempts it takes. */
export class ActiveCall implements AttemptOwner, DeadlineEntry {
  deadlineTick = notQueued;
  earlier: DeadlineEntry | undefined = undefined;
  later: DeadlineEntry | undefined = undefined;

  readonly call: Call;
  readonly #host: CallHost;
  readonly #resolve: (outcome: Result<Reply, Failure>) => void;
  #state: CallState = waiting;
  #hasRetried = false;

  constructor(call: Call, host: CallHost, resolve: (outcome: Result<Reply, Failure>) => void) {
    this.call = call;
    this.#host = host;
    this.#resolve = resolve;
  }

  get stalls(): StallWatch {
    return this.#host.stalls;
  }

  /** Sends the call to `endpoint`; false when none of its connections takes a stream. */
  sendTo(endpoint: Endpoint): boolean {
    const host = this.#host;
    const attempt = this.call.method.serverStreaming
      ? new StreamingAttempt(this.call, endpoint.key, this)
      : new UnaryAttempt(this.call, endpoint.key, this);
    const authority = host.authority ?? endpoint.authority;
    const head = requestHead(this.call, authority, host, host.now());
    if (!attempt.send(endpoint, head)) return false;
    endpoint.inFlight++;
    this.#state = { kind: "sent", attempt, endpoint };
    return true;
  }

  /** Ends the call with a failure of the gateway's own, telling the upstream when it has the call. */
  fail(failure: Failure): void {
    if (this.#state.kind === "sent") this.#state.attempt.abandon(failure);
    this.#end(err(failure));
  }

  onDeadline(): void {
    const where =
      this.#state.kind === "sent" ? this.#state.endpoint.key : "waiting for a connection";
    this.fail(deadlineFailure(where));
  }

  onCancel(): void {
    this.fail(clientClosedFailure());
  }

  onReply(reply: Reply): void {
    this.#end(ok(reply));
  }

  onFailure(failure: Failure): void {
    this.#end(err(failure));
  }

  onStreaming(reply: Reply): void {
    this.#resolve(ok(reply));
  }

  onStreamed(): void {
    this.#finish();
  }

  // The upstream watches the deadline too, and its CANCEL may come before our own clock has moved on.
  // A stream that this side ended, with its call still waiting, was ended for what the upstream sent.
  failureOfReset({ by, code }: StreamReset, cause: string): Failure {
    if (by === "local") return malformedReplyFailure(cause);
    const isLate = code === ErrorCode.CANCEL && this.#host.now() >= this.call.deadline;
    return isLate ? deadlineFailure(cause) : resetFailure(cause);
  }

  // gRFC A6, "Transparent Retries": once, because an upstream that refuses every stream would be called for ever.
  onUnprocessed(cause: string): void {
    this.#release();
    if (this.#hasRetried) {
      this.#end(err(resetFailure(cause)));
      return;
    }
    this.#hasRetried = true;
    this.#state = waiting;
    this.#host.place(this);
  }

  /** A call that streams has its outcome already; what ends it then is told by its messages. */
  #end(outcome: Result<Reply, Failure>): void {
    if (this.#state.kind === "ended") return;
    this.#finish();
    this.#resolve(outcome);
  }

  #finish(): void {
    if (this.#state.kind === "ended") return;
    this.#release();
    this.#state = ended;
    this.call.cancellation.onCancel(undefined);
    this.#host.ended(this);
  }

  #release(): void {
    if (this.#state.kind === "sent") this.#state.endpoint.inFlight--;
  }
}
