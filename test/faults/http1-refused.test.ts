import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import {
  answersIn,
  type Delivery,
  exchangeUntilClosed,
  expectFramingFailure,
  type FramingGateway,
  startFramingGateway,
} from "./framing-gateway.ts";
import { type FramingRow, refusedRows, servedRows } from "./http1-rows.ts";

const sound = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n";
const last = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n";

const patience = { timeout: 10_000 };

suite("faults.md group 1: what is refused ends its connection within a second", () => {
  let gateway: FramingGateway;
  before(async () => {
    gateway = await startFramingGateway();
  });
  after(() => gateway.stop());

  /** Sends a row's bytes between others and checks all answers, and how many calls went up. */
  async function expectRefused(
    { bytes, want }: FramingRow,
    around: { readonly ahead?: string; readonly behind?: string; readonly delivery?: Delivery },
  ): Promise<void> {
    const { ahead = "", behind = "", delivery } = around;
    const calls = gateway.calls();
    const served = ahead === "" ? 0 : 1;
    const got = await exchangeUntilClosed(gateway, ahead + bytes + behind, served + 1, delivery);
    const answers = answersIn(got);
    assert.equal(answers.length, served + 1, got.slice(0, 500));
    if (served > 0) assert.match(answers[0]?.head ?? "", /^HTTP\/1\.1 200 /);
    expectFramingFailure(answers.at(-1), want);
    assert.equal(gateway.calls() - calls, served, "calls that went upstream");
  }

  for (const row of refusedRows) {
    test(`${row.row}: ${row.name} is ${row.want.status} ${row.want.reason}`, patience, () =>
      expectRefused(row, {}),
    );
  }
  for (const row of refusedRows) {
    test(`${row.row}: a sound request behind ${row.name} is not executed`, patience, () =>
      expectRefused(row, { behind: last }),
    );
  }
  // One of each kind is enough for what is the same for all of them.
  const kinds = [...new Map(refusedRows.map((row) => [row.row + row.want.reason, row])).values()];
  for (const row of kinds) {
    test(
      `H1-38: a sound request before ${row.name} (${row.row}) has its answer first`,
      patience,
      () => expectRefused(row, { ahead: sound }),
    );
  }
  const short = kinds.filter(({ bytes }) => bytes.length < 300);
  for (const row of short) {
    test(`${row.row}: ${row.name} is refused byte by byte too`, patience, () =>
      expectRefused(row, { delivery: "byte by byte" }),
    );
  }

  for (const { row, name, bytes, want } of servedRows) {
    for (const delivery of ["at once", "byte by byte"] as const) {
      if (delivery === "byte by byte" && bytes.length > 300) continue;
      test(
        `${row}: ${name}, ${delivery}, and the connection can be used again`,
        patience,
        async () => {
          const calls = gateway.calls();
          const answers = answersIn(await exchangeUntilClosed(gateway, bytes + last, 2, delivery));
          assert.deepEqual(
            answers.map(({ head }) => Number(head.slice(9, 12))),
            [want.status, 200],
          );
          assert.equal(gateway.calls() - calls, want.status === 200 ? 2 : 1);
        },
      );
    }
  }
});
