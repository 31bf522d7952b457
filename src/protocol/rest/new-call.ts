import type { Exchange } from "../../exchange/index.ts";
import type { Call, Messages } from "../../rpc/index.ts";
import type { OpenRules } from "./open-rules.ts";
import type { RequestHead } from "./request-head.ts";

/** The call of a request whose messages are known. Streams live as long as their own limits let them. */
export function newCall(
  rules: OpenRules,
  exchange: Exchange,
  head: RequestHead,
  messages: Messages,
): Call {
  const { options, clock, method } = rules;
  const streams = method.clientStreaming || method.serverStreaming;
  const now = head.timeoutMs === Number.POSITIVE_INFINITY ? exchange.receivedAt : clock.now();
  return {
    method,
    metadata: head.metadata,
    messages,
    deadline: Math.min(
      streams ? Number.POSITIVE_INFINITY : exchange.deadline,
      exchange.receivedAt + (streams ? options.streamDeadlineMs : options.deadlineMs),
      now + head.timeoutMs,
    ),
    cancellation: exchange.cancellation,
    // Where replies stream too, whoever writes them judges when the stream is idle.
    stallMs: method.serverStreaming ? Number.POSITIVE_INFINITY : options.limits.streamIdleMs,
    maxReplyBytes: options.limits.replyBytes,
  };
}
