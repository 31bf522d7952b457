import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { startExampleServer } from "../../example/server.ts";
import { startTestGateway } from "../support/gateway.ts";
import { type Answer, ask } from "./ask.ts";
import { cases } from "./cases.ts";
import { differences } from "./differences.ts";
import { envoyBinary, startEnvoy } from "./envoy.ts";

const recorded = readAnswers("envoy");
/** What Diglot answers where it differs. */
const own = readAnswers("diglot");

function readAnswers(side: "diglot" | "envoy"): Readonly<Record<string, Answer>> {
  const text = readFileSync(new URL(`vectors/${side}.json`, import.meta.url), "utf8");
  return JSON.parse(text) as Readonly<Record<string, Answer>>;
}

/** Answers as JSON has them, so that both sides are compared in one form. */
function plain(answer: Answer): unknown {
  return JSON.parse(JSON.stringify(answer)) as unknown;
}

suite("Diglot beside Envoy 1.40", () => {
  test("asks at least 400 things, and each has a recorded answer", () => {
    assert.ok(cases.length >= 400);
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, "names are distinct");
    assert.deepEqual(
      Object.keys(recorded),
      cases.map(({ name }) => name),
    );
  });

  test("differs where a clause says so, and nowhere else", async () => {
    const gateway = await startTestGateway();
    try {
      const found: string[] = [];
      const changed: string[] = [];
      for (const one of cases) {
        const answer = await ask(gateway.port, one);
        if (isDeepStrictEqual(plain(answer), recorded[one.name])) continue;
        found.push(one.name);
        if (!isDeepStrictEqual(plain(answer), own[one.name])) changed.push(one.name);
      }
      const listed = differences.flatMap((difference) => difference.cases);
      assert.deepEqual(found.toSorted(), listed.toSorted());
      assert.deepEqual(changed, [], "answers that are neither Envoy's nor the recorded ones");
    } finally {
      await gateway.stop();
    }
  });

  const binary = envoyBinary();
  test("has recorded what Envoy answers today", {
    skip: binary === undefined && "Envoy is not there; `npm run bench:peers` obtains it",
  }, async () => {
    const backend = await startExampleServer({ port: 0 });
    const envoy = await startEnvoy(binary ?? "", backend.port);
    try {
      for (const one of cases) {
        assert.deepEqual(plain(await ask(envoy.port, one)), recorded[one.name], one.name);
      }
    } finally {
      await envoy.stop();
      await backend.stop();
    }
  });
});
