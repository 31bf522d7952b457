import { err, ok, type Result } from "../base/index.ts";
import { ErrorCode } from "../h2/index.ts";
import type { Call, Envelope, Failure, Reply } from "../rpc/index.ts";
import { Attempt, type AttemptOwner } from "./attempt.ts";
import { type DeadlineEntry, notQueued } from "./deadline-queue.ts";
import type { Endpoint } from "./endpoint.ts";
import { clientClosedFailure, deadlineFailure, resetFailure } from "./failures.ts";
import type { StreamOpener } from "./open-connection.ts";
import { requestHead } from "./request-head.ts";

/** What a call in flight needs of its cluster. */
export interface CallHost {
  readonly authority: string | undefined;
  readonly userAgent: string;
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

/** A unary call from its acceptance to its one outcome, whatever number of attempts it takes. */
export class ActiveCall implements AttemptOwner, DeadlineEntry {
  deadlineTick = notQueued;
  earlier: DeadlineEntry | undefined = undefined;
  later: DeadlineEntry | undefined = undefined;

  readonly call: Call;
  readonly #envelope: Envelope;
  readonly #host: CallHost;
  readonly #resolve: (outcome: Result<Reply, Failure>) => void;
  #state: CallState = waiting;
  #hasRetried = false;

  constructor(
    call: Call,
    envelope: Envelope,
    host: CallHost,
    resolve: (outcome: Result<Reply, Failure>) => void,
  ) {
    this.call = call;
    this.#envelope = envelope;
    this.#host = host;
    this.#resolve = resolve;
  }

  /** Sends the call on `connection`; false when it takes no stream. */
  sendOn(endpoint: Endpoint, connection: StreamOpener): boolean {
    const host = this.#host;
    const attempt = new Attempt(this.call, endpoint.key, this);
    const authority = host.authority ?? endpoint.authority;
    const head = requestHead(this.call, authority, host.userAgent, host.now());
    if (!attempt.send(connection, head, this.#envelope)) return false;
    endpoint.inFlight++;
    this.#state = { kind: "sent", attempt, endpoint };
    return true;
  }

  /** Ends the call with a failure of the gateway's own, telling the upstream when it has the call. */
  fail(failure: Failure): void {
    if (this.#state.kind === "sent") this.#state.attempt.abandon();
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

  // The upstream watches the deadline too, and its CANCEL may come before our own clock has moved on.
  onReset(code: number, cause: string): void {
    const isLate = code === ErrorCode.CANCEL && this.#host.now() >= this.call.deadline;
    this.#end(err(isLate ? deadlineFailure(cause) : resetFailure(cause)));
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

  #end(outcome: Result<Reply, Failure>): void {
    if (this.#state.kind === "ended") return;
    this.#release();
    this.#state = ended;
    this.call.cancellation.onCancel(undefined);
    this.#host.ended(this);
    this.#resolve(outcome);
  }

  #release(): void {
    if (this.#state.kind === "sent") this.#state.endpoint.inFlight--;
  }
}
