import { readFile } from "node:fs/promises";
import { type ExampleServer, startExampleServer } from "../../example/server.ts";
import { type Clock, systemClock, systemRandom } from "../../src/base/index.ts";
import { formatProblems, parseConfig } from "../../src/config/index.ts";
import { type Gateway, startGateway } from "../../src/gateway/index.ts";
import type { AccessRecord, Logger } from "../../src/telemetry/index.ts";

/** A gateway before the example back end, as a test sees it. */
export interface TestGateway {
  readonly port: number;
  readonly url: string;
  readonly gateway: Gateway;
  readonly backend: ExampleServer;
  /** Access records so far. */
  readonly records: AccessRecord[];
  readonly events: string[];
  stop(): Promise<void>;
}

/** What a test changes of the configuration. */
export interface TestGatewayOptions {
  /** Where the listener binds, when it is not any free port. */
  readonly listen?: string;
  /** YAML under the listener. */
  readonly listener?: string;
  /** YAML at the top level. */
  readonly top?: string;
  /** YAML list of routes. */
  readonly routes?: string;
  /** YAML under the cluster. */
  readonly cluster?: string;
  /** Folder of .proto files, when they are not the example's. */
  readonly protos?: string;
  /** In place of the system's. */
  readonly clock?: Clock;
  /** Where the upstream is, when it is not the example back end. */
  readonly upstreamPort?: number;
  /** The cluster's endpoints as YAML, when they are not that one; PORT stands for where it is. */
  readonly endpoints?: string;
}

/** A logger that keeps nothing. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The YAML of a test gateway. */
export function testConfig(upstreamPort: number, options: TestGatewayOptions = {}): string {
  const protos = options.protos ?? new URL("../../protos", import.meta.url).pathname;
  return [
    "version: 1",
    "listeners:",
    "  public:",
    `    listen: ${options.listen ?? "127.0.0.1:0"}`,
    ...indented(options.listener, "    "),
    `descriptors: [{ protos: ${JSON.stringify(protos)} }]`,
    "clusters:",
    "  library:",
    `    endpoints: ${(options.endpoints ?? '["127.0.0.1:PORT"]').replaceAll("PORT", String(upstreamPort))}`,
    ...indented(options.cluster, "    "),
    ...indented(options.top, ""),
    "routes:",
    ...indented(options.routes ?? "- { service: library.v1.*, cluster: library }", "  "),
    "",
  ].join("\n");
}

function indented(text: string | undefined, indent: string): string[] {
  return text === undefined ? [] : text.split("\n").map((line) => indent + line);
}

/** Starts the example back end and a gateway before it; both stop together. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const backend = await startExampleServer({ port: 0 });
  const text = testConfig(options.upstreamPort ?? backend.port, options);
  const loaded = await parseConfig(text, "test.yaml", { readFile, env: {} });
  if (!loaded.ok) {
    throw new Error(formatProblems(loaded.error.problems, { colour: false, sourceOf: () => text }));
  }
  const records: AccessRecord[] = [];
  const events: string[] = [];
  const note = (event: string): void => {
    events.push(event);
  };
  const started = await startGateway(loaded.value, {
    clock: options.clock ?? systemClock,
    random: systemRandom,
    logger: { ...quiet, info: note, warn: note, error: note },
    accessLog: { write: (record) => records.push(record) },
  });
  if (!started.ok) {
    await backend.stop();
    throw new Error(JSON.stringify(started.error));
  }
  const gateway = started.value;
  const address = gateway.addresses.get("public") ?? "";
  return {
    port: Number(/\d+$/.exec(address)?.[0]),
    url: `http://${address}`,
    gateway,
    backend,
    records,
    events,
    async stop() {
      await gateway.stop();
      await backend.stop();
    },
  };
}
