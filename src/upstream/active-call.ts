import { err, ok, type Result, type Timer } from "../base/index.ts";
import type { Permit } from "../breaker/index.ts";
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
import type { Retries, TryEnd } from "./retries.ts";
import type { Ending } from "./retry.ts";
import { StreamingAttempt } from "./streaming-attempt.ts";

/** What a call in flight needs of its cluster. */
export interface CallHost {
  readonly authority: string | undefined;
  readonly userAgent: string;
  readonly scheme: "http" | "https";
  /** How messages of requests are compressed; undefined for not at all. */
  readonly encoding: RequestEncoding | undefined;
  readonly stalls: StallWatch;
  /** How calls are sent again; undefined where they never are. */
  readonly retries: Retries | undefined;
  now(): number;
  /** Sends the call on a connection, now or once there is one; or fails it. */
  place(call: ActiveCall): void;
  /** Sends the call once more while a try goes on; false when no endpoint takes it now. */
  placeBeside(call: ActiveCall): boolean;
  /** The call has ended; it is not to be sent any more. */
  ended(call: ActiveCall, ending: Ending): void;
}

/** One try on its way. */
interface Sent {
  readonly attempt: Attempt;
  readonly endpoint: Endpoint;
  /** The leave of the endpoint's breaker. */
  readonly permit: Permit;
  /** Ends the try when it takes too long; undefined where it may take as long as the call. */
  readonly limit: Timer | undefined;
}

type CallState =
  /** It waits for a connection, or for the time of its next try. */
  | { readonly kind: "waiting" }
  /** Usually one try; more when the call is hedged. */
  | { readonly kind: "sent"; readonly tries: readonly Sent[] }
  /** The reply has begun: nothing is sent again from here on (gRFC A6, "When Retries are Valid"). */
  | { readonly kind: "streaming"; readonly tries: readonly Sent[] }
  | { readonly kind: "ended" };

const waiting: CallState = { kind: "waiting" };
const ended: CallState = { kind: "ended" };

/** A call from its acceptance to its end, whatever number of attempts it takes. */
export class ActiveCall implements AttemptOwner, DeadlineEntry {
  deadlineTick = notQueued;
  earlier: DeadlineEntry | undefined = undefined;
  later: DeadlineEntry | undefined = undefined;

  readonly call: Call;
  /** The leave of the cluster's breaker. */
  readonly permit: Permit;
  readonly #host: CallHost;
  readonly #resolve: (outcome: Result<Reply, Failure>) => void;
  #state: CallState = waiting;
  /** Whether it was sent again at once because nobody had processed it. */
  #hasMoved = false;
  /** Tries that a service may have seen. */
  #attempts = 0;
  /** Whether it counts among the calls in retry. */
  #isRetried = false;
  /** Endpoints that have failed it; undefined while none has. */
  #tried: Set<Endpoint> | undefined = undefined;
  /** The wait before a retry or a hedge. */
  #wait: Timer | undefined = undefined;

  constructor(
    call: Call,
    host: CallHost,
    permit: Permit,
    resolve: (outcome: Result<Reply, Failure>) => void,
  ) {
    this.call = call;
    this.permit = permit;
    this.#host = host;
    this.#resolve = resolve;
  }

  get stalls(): StallWatch {
    return this.#host.stalls;
  }

  /** Endpoints that the next try had better avoid. */
  get tried(): ReadonlySet<Endpoint> | undefined {
    return this.#tried;
  }

  /** Sends the call to `endpoint`; false when none of its connections takes a stream. */
  sendTo(endpoint: Endpoint): boolean {
    const host = this.#host;
    const { retries } = host;
    const attempt = this.call.method.serverStreaming
      ? new StreamingAttempt(this.call, endpoint.key, this)
      : new UnaryAttempt(this.call, endpoint.key, this);
    const authority = host.authority ?? endpoint.authority;
    const head = requestHead(this.call, authority, host, host.now(), this.#attempts);
    const permit = endpoint.permit();
    if (permit === undefined) return false;
    if (!attempt.send(endpoint, head)) {
      permit.done("ignored");
      return false;
    }
    endpoint.inFlight++;
    this.#attempts++;
    const limit = retries === undefined ? undefined : this.#limit(attempt, retries);
    const sent: Sent = { attempt, endpoint, permit, limit };
    const tries = this.#state.kind === "sent" ? [...this.#state.tries, sent] : [sent];
    this.#state = { kind: "sent", tries };
    if (retries !== undefined) this.#hedge(retries);
    return true;
  }

  /** Ends the call with a failure of the gateway's own, telling the upstream when it has the call. */
  fail(failure: Failure): void {
    this.#abandonAll(failure, failure);
    this.#end(err(failure));
  }

  onDeadline(): void {
    const tries = this.#state.kind === "sent" ? this.#state.tries : [];
    this.fail(deadlineFailure(tries[0]?.endpoint.key ?? "waiting for a connection"));
  }

  onCancel(): void {
    this.fail(clientClosedFailure());
  }

  onReply(attempt: Attempt, reply: Reply): void {
    this.#settle(attempt, "success");
    this.#end(ok(reply));
  }

  onFailure(attempt: Attempt, failure: Failure): void {
    this.#settle(attempt, failure);
    this.#retryOrEnd(failure, "failed");
  }

  // A reply that streams is never hedged: it has one try.
  onStreaming(_attempt: Attempt, reply: Reply): void {
    if (this.#state.kind !== "sent") return;
    const { tries } = this.#state;
    for (const { limit } of tries) limit?.cancel();
    this.#state = { kind: "streaming", tries };
    this.#resolve(ok(reply));
  }

  onStreamed(attempt: Attempt, failure: Failure | undefined): void {
    const ending = failure ?? "success";
    this.#settle(attempt, ending);
    this.#finish(ending);
  }

  // The upstream watches the deadline too, and its CANCEL may come before our own clock has moved on.
  // A stream that this side ended, with its call still waiting, was ended for what the upstream sent.
  failureOfReset({ by, code }: StreamReset, cause: string): Failure {
    if (by === "local") return malformedReplyFailure(cause);
    const isLate = code === ErrorCode.CANCEL && this.#host.now() >= this.call.deadline;
    return isLate ? deadlineFailure(cause) : resetFailure(cause);
  }

  // gRFC A6, "Transparent Retries": at once and once, because an upstream that refuses every stream would be called
  // for ever. From then on as the policy says.
  onUnprocessed(attempt: Attempt, cause: string): void {
    this.#settle(attempt, "ignored");
    this.#attempts--;
    if (this.#hasMoved || this.#state.kind !== "waiting") {
      this.#retryOrEnd(resetFailure(cause), "unprocessed");
      return;
    }
    this.#hasMoved = true;
    this.#host.place(this);
  }

  /** A try has ended without a reply: the call goes on with another, now or later, or ends. */
  #retryOrEnd(failure: Failure, end: TryEnd): void {
    if (this.#state.kind !== "waiting") return;
    const { retries } = this.#host;
    const delayMs = retries?.delayOf(this.call, failure, end, this.#attempts, this.#isRetried);
    if (retries === undefined || delayMs === undefined) {
      this.#end(err(failure));
      return;
    }
    this.#isRetried = true;
    if (this.#host.now() + delayMs >= this.call.deadline) {
      this.#end(err(failure));
      return;
    }
    this.#wait?.cancel();
    this.#wait = retries.after(delayMs, () => this.#host.place(this));
  }

  #limit(attempt: Attempt, retries: Retries): Timer | undefined {
    const { perTryMs } = retries;
    if (perTryMs === Number.POSITIVE_INFINITY) return undefined;
    return retries.after(perTryMs, () => this.#onLate(attempt, perTryMs));
  }

  /** A try had its time: another one may be quicker. */
  #onLate(attempt: Attempt, perTryMs: number): void {
    const failure = deadlineFailure(`one try took over ${perTryMs} ms`);
    attempt.abandon(failure);
    this.#settle(attempt, failure);
    this.#retryOrEnd(failure, "late");
  }

  /** Sends another try beside those on their way when they take too long (gRFC A6, "Hedging Policy"). */
  #hedge(retries: Retries): void {
    const afterMs = retries.hedgeAfterMs(this.call, this.#attempts);
    if (afterMs === Number.POSITIVE_INFINITY) return;
    this.#wait?.cancel();
    this.#wait = retries.after(afterMs, () => {
      if (this.#state.kind !== "sent" || !retries.mayHedge(this.#isRetried)) return;
      this.#isRetried = true;
      for (const { endpoint } of this.#state.tries) this.#avoid(endpoint);
      this.#host.placeBeside(this);
    });
  }

  /** Takes an attempt that has ended off the call. */
  #settle(attempt: Attempt, ending: Ending): void {
    const state = this.#state;
    if (state.kind !== "sent" && state.kind !== "streaming") return;
    const [only, second] = state.tries;
    for (const sent of state.tries) {
      if (sent.attempt === attempt) this.#release(sent, ending);
    }
    if (second === undefined) this.#state = only?.attempt === attempt ? waiting : state;
    else this.#state = { ...state, tries: state.tries.filter((sent) => sent.attempt !== attempt) };
  }

  /** Calls off every try on its way. */
  #abandonAll(failure: Failure, ending: Ending): void {
    const state = this.#state;
    if (state.kind !== "sent" && state.kind !== "streaming") return;
    this.#state = waiting;
    for (const sent of state.tries) {
      sent.attempt.abandon(failure);
      this.#release(sent, ending);
    }
  }

  /** A call that streams has its outcome already; what ends it then is told by its messages. */
  #end(outcome: Result<Reply, Failure>): void {
    if (this.#state.kind === "ended") return;
    this.#abandonAll(clientClosedFailure(), "ignored");
    this.#finish(outcome.ok ? "success" : outcome.error);
    this.#resolve(outcome);
  }

  #finish(ending: Ending): void {
    if (this.#state.kind === "ended") return;
    this.#state = ended;
    this.#wait?.cancel();
    if (this.#isRetried) this.#host.retries?.ended();
    this.call.cancellation.onCancel(undefined);
    this.#host.ended(this, ending);
  }

  #release({ endpoint, permit, limit }: Sent, ending: Ending): void {
    limit?.cancel();
    endpoint.inFlight--;
    if (endpoint.judged(permit, ending) === "failure") this.#avoid(endpoint);
  }

  #avoid(endpoint: Endpoint): void {
    this.#tried ??= new Set();
    this.#tried.add(endpoint);
  }
}
