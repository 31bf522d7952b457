import { Buffer } from "node:buffer";
import { type Check, failed, type ProbeResult, passed } from "./probe.ts";
import type { ProbeSocketOpener } from "./socket.ts";

/** What an HTTP probe asks. */
export interface HttpProbeOptions {
  /** Path and query, such as `/healthz`. It must be checked before: it goes into the request as it is. */
  readonly path: string;
  /** The `host` header, checked before. */
  readonly host: string;
  readonly userAgent: string;
  /** Statuses that pass, both ends of each range included: Kubernetes' probes take 200 to 399. */
  readonly statuses: readonly { readonly from: number; readonly to: number }[];
}

/** A head that is longer is not read. The status stands in its first line. */
const mostHeadBytes = 8192;

/**
 * `GET path` over HTTP/1.1 on a connection of its own (RFC 9112). Passes by the status alone; the body is not
 * waited for.
 */
export function httpCheck(options: HttpProbeOptions, open: ProbeSocketOpener): Check {
  const request = requestText(options);
  return (cancellation) =>
    new Promise((settle) => {
      let head: Buffer = Buffer.alloc(0);
      const finish = (result: ProbeResult) => {
        settle(result);
        socket.destroy();
      };
      const socket = open({
        onConnect: () => socket.write(request),
        onData(chunk) {
          head = dropInterim(Buffer.concat([head, chunk.subarray(0, mostHeadBytes + 1)]));
          const result = resultOf(head, options);
          if (result !== undefined) finish(result);
        },
        onClose: (error) => finish(failed(error ?? "the connection was closed without an answer")),
      });
      cancellation.onCancel(() => finish(failed("called off")));
    });
}

function requestText({ path, host, userAgent }: HttpProbeOptions): string {
  return (
    `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: ${userAgent}\r\n` +
    "accept: */*\r\nconnection: close\r\n\r\n"
  );
}

/** Without the interim answers in front (RFC 9110 §15.2: any number of them may come), other than 101. */
function dropInterim(head: Buffer): Buffer {
  let rest = head;
  while (/^HTTP\/1\.[01] 1(?!01)/.test(rest.toString("latin1", 0, 12))) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) break;
    rest = rest.subarray(end + 4);
  }
  return rest;
}

/** What the head so far says; undefined while it says nothing. */
function resultOf(head: Buffer, { statuses }: HttpProbeOptions): ProbeResult | undefined {
  const line = head.toString("latin1", 0, 15);
  const found = /^HTTP\/1\.[01] ([1-9][0-9]{2})[ \r\n]/.exec(line);
  const status = Number(found?.[1]);
  const isFinal = found !== null && (status === 101 || status >= 200);
  if (isFinal) {
    const isExpected = statuses.some(({ from, to }) => status >= from && status <= to);
    return isExpected ? passed : failed(`the endpoint answered HTTP ${status}`);
  }
  if (head.length > mostHeadBytes) return failed("the head of the answer is too long");
  // The shortest start that can be told apart: "HTTP/1.1 200 ".
  const isOther = found === null && (line.length >= 13 || !"HTTP/1.".startsWith(line.slice(0, 7)));
  return isOther ? failed("the answer is not HTTP/1.1") : undefined;
}
