// `npm start`: the example back end, and the gateway before it on the repository's own gateway.yaml.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock, systemRandom } from "../src/base/index.ts";
import { formatProblems, loadConfig } from "../src/config/index.ts";
import { type Gateway, startGateway } from "../src/gateway/index.ts";
import {
  createAccessLog,
  createLogger,
  descriptorDestination,
  openLineSink,
} from "../src/telemetry/index.ts";
import { describeGateway } from "./describe-gateway.ts";
import { type ExampleServer, startExampleServer } from "./server.ts";

/** Ends with a message for a person. */
function giveUp(message: string): never {
  console.error(message);
  process.exit(1);
}

async function startBackEnd(port: number): Promise<ExampleServer> {
  try {
    return await startExampleServer({ port });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return giveUp(
      `The example back end cannot listen on 127.0.0.1:${port}: ${cause}\n` +
        `Where another program has the port, choose a free one: EXAMPLE_PORT=${port + 1} npm start`,
    );
  }
}

async function startFrontDoor(backEnd: ExampleServer): Promise<Gateway> {
  const file = fileURLToPath(new URL("../gateway.yaml", import.meta.url));
  const env = { ...process.env, EXAMPLE_PORT: String(backEnd.port) };
  const loaded = await loadConfig(file, { readFile, env });
  if (!loaded.ok) {
    const { problems, source } = loaded.error;
    return giveUp(formatProblems(problems, { colour: false, sourceOf: () => source }));
  }
  const output = openLineSink(descriptorDestination(1), { clock: systemClock });
  const started = await startGateway(loaded.value, {
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({ level: "warn", sink: output, clock: systemClock }),
    accessLog: createAccessLog(output),
  });
  if (started.ok) return started.value;
  return giveUp(
    started.error.kind === "bind"
      ? `${started.error.message}\n` +
          "Where another program has the port, choose a free one: DIGLOT_PORT=8081 npm start"
      : formatProblems(started.error.problems, { colour: false, sourceOf: () => undefined }),
  );
}

function stopOnSignals(gateway: Gateway, backEnd: ExampleServer): void {
  let isStopping = false;
  const stop = (): void => {
    // Who asks twice does not want to wait for what is in flight.
    if (isStopping) process.exit(1);
    isStopping = true;
    void gateway
      .stop()
      .then(() => backEnd.stop())
      .then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

async function main(): Promise<void> {
  const backEnd = await startBackEnd(Number(process.env["EXAMPLE_PORT"] ?? 50051));
  const gateway = await startFrontDoor(backEnd);
  stopOnSignals(gateway, backEnd);
  console.log(describeGateway(gateway, backEnd.port));
}

await main();
