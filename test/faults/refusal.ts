import assert from "node:assert/strict";
import type { TestGateway } from "../support/gateway.ts";
import { type Answer, reasonOf, send, statusBody } from "../support/http-client.ts";
import { exchangeRaw, statusOf } from "../support/raw-http.ts";

/** What a refused request is answered with. */
export interface Refusal {
  readonly status: number;
  /** The gRPC code in the body. */
  readonly code: number;
  readonly reason: string;
  readonly message: RegExp | string;
}

/** More than this and an answer may give the input back. */
const mostAnswerBytes = 4096;

/**
 * Sends what must be refused and checks the answer: its shape, and that no upstream was called. A call of ours
 * goes the same way behind it; had the refused one gone up, both would count.
 */
export async function expectRefusal(
  gateway: TestGateway,
  ask: () => Promise<Answer>,
  want: Refusal,
): Promise<Answer> {
  const before = gateway.backend.requestCount();
  const answer = await ask();
  expectFailure(answer, want);
  const sentinel = await send(gateway.port, "GET", "/v1/kitchen-sink");
  assert.equal(sentinel.status, 200);
  assert.equal(gateway.backend.requestCount(), before + 1, "the refused request went upstream");
  return answer;
}

/** Checks the status, code, reason and message of an error answer. */
export function expectFailure(answer: Answer, want: Refusal): void {
  const { code, message } = statusBody(answer);
  assert.deepEqual(
    [answer.status, code, reasonOf(answer)],
    [want.status, want.code, want.reason],
    message,
  );
  if (typeof want.message === "string") assert.equal(message, want.message);
  else assert.match(message, want.message);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.ok(answer.bytes.length < mostAnswerBytes, "the answer gives the input back");
}

/** Sends bytes as they are and reads the one answer; the bytes must make the other side end the connection. */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<Answer> {
  const response = await exchangeRaw(port, bytes);
  const [head = "", ...rest] = response.split("\r\n\r\n");
  const text = Buffer.from(rest.join("\r\n\r\n"), "latin1").toString("utf8");
  const headers = Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(/: ?(.*)/s, 2))
      .map(([name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  return {
    status: statusOf(response),
    headers,
    bytes: Buffer.from(text),
    text,
    json: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
}

/** A request head whose connection ends with the answer. */
export function rawHead(requestLine: string, ...headers: readonly string[]): string {
  return [requestLine, "Host: gateway", "Connection: close", ...headers, "", ""].join("\r\n");
}
