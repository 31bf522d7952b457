import { setTimeout as sleep } from "node:timers/promises";
import { HttpConnection } from "./http-connection.ts";

/** A steady load on a gateway. */
export interface LoadOptions {
  readonly port: number;
  /** Requests a second, half of them GETs and half of them POSTs. */
  readonly rate: number;
  readonly seconds: number;
}

/** One request of the load. Times are of `performance.now()`, in ms. */
export interface Sample {
  /** A GET may be sent up twice, a POST may not. */
  readonly method: "GET" | "POST";
  /** When it was due: what the client is late with counts against the gateway. */
  readonly dueAt: number;
  readonly endedAt: number;
  /** The status, or what happened in its place. */
  readonly outcome: string;
}

/** A load that runs. */
export interface Load {
  /** Requests that have ended, in the order of their ends. */
  readonly samples: readonly Sample[];
  /** Settles when the last one has ended. */
  readonly finished: Promise<void>;
}

/** Longer than the gateways' deadline: a client that waits for so long was forgotten. */
const answerMs = 5000;

/** More than are ever in flight with the gateway's deadline: an open loop, but not an endless one. */
const mostConnections = 1024;

/** Starts a load: requests are sent when they are due, whatever became of those before (open loop). */
export function startLoad(options: LoadOptions): Load {
  const { port, rate, seconds } = options;
  const samples: Sample[] = [];
  const connections = new Set<HttpConnection>();
  const idle: HttpConnection[] = [];

  const connection = (): HttpConnection | undefined => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.isUsable) return last;
      connections.delete(last);
    }
    if (connections.size >= mostConnections) return undefined;
    const opened = new HttpConnection(port);
    connections.add(opened);
    return opened;
  };

  const send = async (number: number, dueAt: number): Promise<void> => {
    const { method, text, mark } = requestOf(number);
    const chosen = connection();
    const answer = await chosen?.ask(text, answerMs);
    const { outcome, body } = answer ?? { outcome: "unsent", body: "" };
    const isWhole = outcome !== "200" || body.includes(mark);
    samples.push({
      method,
      dueAt,
      endedAt: performance.now(),
      outcome: isWhole ? outcome : "wrong",
    });
    if (chosen?.isUsable === true) idle.push(chosen);
    else if (chosen !== undefined) connections.delete(chosen);
  };

  const run = async (): Promise<void> => {
    const begunAt = performance.now();
    const total = Math.round(rate * seconds);
    const sent: Promise<void>[] = [];
    while (sent.length < total) {
      const due = Math.min(total, Math.floor(((performance.now() - begunAt) * rate) / 1000) + 1);
      while (sent.length < due) {
        sent.push(send(sent.length, begunAt + (sent.length * 1000) / rate));
      }
      await sleep(1);
    }
    await Promise.all(sent);
    for (const open of connections) open.close();
  };

  return { samples, finished: run() };
}

/** The request and a word that its answer holds. */
function requestOf(number: number): Pick<Sample, "method"> & {
  readonly text: string;
  readonly mark: string;
} {
  const mark = `m${number}m`;
  if (isGet(number)) {
    const text = `GET /v1/echo/${mark}?number=7 HTTP/1.1\r\nhost: lab\r\n\r\n`;
    return { method: "GET", text, mark };
  }
  const body = JSON.stringify({ name: mark, revision: "7", labels: { a: "b" } });
  const text = [
    "POST /v1/docs:echo HTTP/1.1",
    "host: lab",
    "content-type: application/json",
    `content-length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
  return { method: "POST", text, mark };
}

/** Half of the numbers, mixed well: in turns, every second endpoint of a round robin would see GETs alone. */
function isGet(number: number): boolean {
  return ((Math.imul(number + 1, 0x9e3779b1) >>> 16) & 1) === 0;
}
