// Writes vectors/envoy.json: what Envoy answers to every case; vectors/diglot.json: what Diglot answers where it
// differs. The first needs Envoy (`npm run bench:peers`) and is left as it is without it.
//   node --import tsx test/differential/record.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startExampleServer } from "../../example/server.ts";
import { startTestGateway } from "../support/gateway.ts";
import { type Answer, ask } from "./ask.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { differences } from "./differences.ts";
import { envoyBinary, startEnvoy } from "./envoy.ts";

const binary = envoyBinary();
if (binary === undefined) console.log("Envoy is not there: its answers stay as they are");
else {
  const backend = await startExampleServer({ port: 0 });
  const envoy = await startEnvoy(binary, backend.port);
  writeAnswers("envoy", await askAll(envoy.port, cases));
  await envoy.stop();
  await backend.stop();
}
const gateway = await startTestGateway();
const listed = new Set(differences.flatMap((difference) => difference.cases));
// In the order of all cases, as what a case leaves behind at the back end may show in the next.
const own = await askAll(gateway.port, cases);
writeAnswers("diglot", new Map([...own].filter(([name]) => listed.has(name))));
await gateway.stop();

async function askAll(port: number, asked: readonly Case[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const one of asked) answers.set(one.name, await ask(port, one));
  return answers;
}

function writeAnswers(side: "diglot" | "envoy", answers: ReadonlyMap<string, Answer>): void {
  const lines = [...answers].map(
    ([name, answer]) => `  ${JSON.stringify(name)}: ${JSON.stringify(answer)}`,
  );
  const file = fileURLToPath(new URL(`vectors/${side}.json`, import.meta.url));
  writeFileSync(file, `{\n${lines.join(",\n")}\n}\n`);
  console.log(`${side}: ${lines.length} answers`);
}
