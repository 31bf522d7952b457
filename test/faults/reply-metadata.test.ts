import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, send } from "../support/http-client.ts";
import {
  type ScriptedAnswer,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../support/scripted-upstream.ts";
import { expectFailure } from "./refusal.ts";

const trailers = { "grpc-status": "0" };

suite("faults.md group 3: metadata of a reply", () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  before(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startTestGateway({ upstreamPort: upstream.port });
  });
  after(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  const replied = (answer: ScriptedAnswer): Promise<Answer> => {
    upstream.answer = answer;
    return send(gateway.port, "GET", "/v1/kitchen-sink");
  };

  const injections = [
    { name: "CR and LF in initial metadata", headers: { "x-a": "b\r\nx-evil: 1" } },
    { name: "LF in initial metadata", headers: { "x-a": "b\nx-evil: 1" } },
    { name: "CR in trailing metadata", last: { "x-a": "b\rx-evil: 1" } },
    { name: "17 KiB of initial metadata", headers: { "x-a": "b".repeat(17 * 1024) } },
    { name: "17 KiB of trailing metadata", last: { "x-a": "b".repeat(17 * 1024) } },
  ];
  for (const { name, headers, last } of injections) {
    test(`P-19: ${name} never becomes a header`, async () => {
      const answer = await replied({ headers: headers ?? {}, trailers: { ...trailers, ...last } });
      expectFailure(answer, {
        status: 500,
        code: 13,
        reason: "UPSTREAM_PROTOCOL_ERROR",
        message: "the upstream's reply is malformed",
      });
      assert.deepEqual([answer.headers["x-a"], answer.headers["x-evil"]], [undefined, undefined]);
      const next = await replied({ trailers });
      assert.deepEqual([next.status, next.text], [200, "{}"]);
    });
  }

  // Each block is under the 16 KiB that one may have.
  const sums = [
    { name: "9 KiB of initial and 9 KiB of trailing metadata", initial: 9, last: 9 },
    { name: "15 KiB of initial and 2 KiB of trailing metadata", initial: 15, last: 2 },
    { name: "2 KiB of initial and 15 KiB of trailing metadata", initial: 2, last: 15 },
  ];
  const kibibytes = (name: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}-${i}`, "v".repeat(1000)]));
  for (const { name, initial, last } of sums) {
    test(`P-19: ${name} are over the bound in sum`, async () => {
      const answer = await replied({
        headers: kibibytes("x-i", initial),
        trailers: { ...trailers, ...kibibytes("x-t", last) },
      });
      expectFailure(answer, {
        status: 500,
        code: 13,
        reason: "UPSTREAM_PROTOCOL_ERROR",
        message: "the upstream's reply has over 16384 bytes of metadata",
      });
      assert.deepEqual([answer.headers["x-i-0"], answer.headers["x-t-0"]], [undefined, undefined]);
    });
  }

  test("P-19: 8 KiB of initial and 7 KiB of trailing metadata all become headers", async () => {
    const answer = await replied({
      headers: kibibytes("x-i", 8),
      trailers: { ...trailers, ...kibibytes("x-t", 7) },
    });
    const names = Object.keys(answer.headers).filter((name) => /^x-[it]-/.test(name));
    assert.deepEqual([answer.status, names.length], [200, 15]);
  });

  test("P-19: beside an upstream's error what is over the bound is left out", async () => {
    const answer = await replied({
      headers: kibibytes("x-i", 9),
      data: Buffer.alloc(0),
      trailers: { "grpc-status": "5", "grpc-message": "gone", ...kibibytes("x-t", 9) },
    });
    const names = Object.keys(answer.headers).filter((name) => /^x-[it]-/.test(name));
    assert.deepEqual([answer.status, names.length], [404, 16]);
  });

  test("P-19: other control characters in metadata are dropped with their header", async () => {
    const answer = await replied({
      headers: { "x-a": "b\u0001", "x-b": "c\u007f", "x-c": "d" },
      trailers,
    });
    const { headers, status } = answer;
    assert.deepEqual(
      [status, headers["x-a"], headers["x-b"], headers["x-c"]],
      [200, undefined, undefined, "d"],
    );
  });

  test("P-19: CR and LF in a grpc-message stay in the body", async () => {
    const answer = await replied({
      data: Buffer.alloc(0),
      trailers: { "grpc-status": "5", "grpc-message": "a%0D%0Ax-evil: 1" },
    });
    assert.deepEqual(
      [answer.status, answer.json, answer.headers["x-evil"]],
      [404, { code: 5, message: "a\r\nx-evil: 1", details: [] }, undefined],
    );
  });
});
