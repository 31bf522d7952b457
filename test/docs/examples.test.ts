import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { suite, test } from "node:test";
import { startTestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { type Example, readExamples, runCurl, writeOutputs } from "./console.ts";

const pages = ["docs/rest.md"];

/** With this in the environment the pages are written anew with what the commands print; read the change. */
const isUpdating = process.env["UPDATE_EXAMPLES"] === "1";

/** What the block before an example says: of the listener, which is the test's own, or of the whole document. */
function optionsOf(yaml: string | undefined): TestGatewayOptions {
  if (yaml === undefined) return {};
  const listener = /^listeners:\n {2}public:\n([\s\S]+)$/.exec(yaml)?.[1];
  return listener === undefined ? { top: yaml } : { listener: listener.replaceAll(/^ {4}/gm, "") };
}

async function run(example: Example): Promise<string[]> {
  const gateway = await startTestGateway(optionsOf(example.yaml));
  try {
    const outputs: string[] = [];
    for (const { command } of example.commands) {
      const output = await runCurl(command, gateway.port);
      outputs.push(output === "" || output.endsWith("\n") ? output : `${output}\n`);
    }
    return outputs;
  } finally {
    await gateway.stop();
  }
}

for (const file of pages) {
  suite(file, () => {
    const page = readFileSync(file, "utf8");
    const examples = readExamples(page);
    test("has examples", () => assert.ok(examples.length > 10));
    const printed: string[] = [];
    examples.forEach((example, index) => {
      test(`${example.heading}: example ${index + 1} prints what the page says`, async () => {
        const outputs = await run(example);
        printed.push(...outputs);
        if (isUpdating) return;
        assert.deepEqual(
          example.commands.map(({ command, output }) => `$ ${command}\n${output}`),
          example.commands.map(({ command }, at) => `$ ${command}\n${outputs[at] ?? ""}`),
        );
      });
    });
    test("is up to date", () => {
      if (isUpdating) writeFileSync(file, writeOutputs(page, printed));
      assert.equal(printed.length, examples.flatMap(({ commands }) => commands).length);
    });
  });
}
