import { err, ok } from "../../base/index.ts";
import type { Call, Envelope, Failure, MessageStream } from "../../rpc/index.ts";
import type { CallFilter } from "./filter.ts";

/**
 * Says what is wrong with a message; undefined when nothing is. `index` is the message's place in its stream,
 * from 0, and undefined where the call has one message only.
 */
export type MessageCheck = (envelope: Envelope, index: number | undefined) => Failure | undefined;

/** A filter that lets no message up that `check` refuses: the first one stops the call. */
export function checkMessages(check: MessageCheck): CallFilter {
  return (call) => {
    const { messages } = call;
    if (messages.kind === "stream") {
      return ok({ ...call, messages: { kind: "stream", stream: checked(messages.stream, check) } });
    }
    const failure = check(messages.envelope, undefined);
    return failure === undefined ? ok<Call>(call) : err(failure);
  };
}

function checked(stream: MessageStream, check: MessageCheck): MessageStream {
  let count = 0;
  return {
    async next() {
      const next = await stream.next();
      if (!next.ok || next.value === undefined) return next;
      const failure = check(next.value, count++);
      if (failure === undefined) return next;
      stream.cancel();
      return err(failure);
    },
    poll: () => undefined,
    cancel: () => stream.cancel(),
  };
}
