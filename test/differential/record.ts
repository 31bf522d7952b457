// Writes recorded.json: what Envoy answers to every case. Needs Envoy (`npm run bench:peers`):
//   node --import tsx test/differential/record.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startExampleServer } from "../../example/server.ts";
import { type Answer, ask } from "./ask.ts";
import { cases } from "./cases.ts";
import { envoyBinary, startEnvoy } from "./envoy.ts";

const file = envoyBinary();
if (file === undefined) throw new Error("Envoy is not there; `npm run bench:peers` obtains it");
const backend = await startExampleServer({ port: 0 });
const envoy = await startEnvoy(file, backend.port);
const recorded: Record<string, Answer> = {};
for (const one of cases) recorded[one.name] = await ask(envoy.port, one);
await envoy.stop();
await backend.stop();
const lines = Object.entries(recorded).map(
  ([name, answer]) => `  ${JSON.stringify(name)}: ${JSON.stringify(answer)}`,
);
writeFileSync(
  fileURLToPath(new URL("recorded.json", import.meta.url)),
  `{\n${lines.join(",\n")}\n}\n`,
);
console.log(`${lines.length} answers`);
