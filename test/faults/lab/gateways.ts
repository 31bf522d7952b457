import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Child, freePort, startChild } from "../../../bench/harness/child.ts";
import { envoyBinary } from "../../differential/envoy.ts";
import { envoyConfig } from "./envoy-config.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const proto = join(root, "bench/peers/echo-upstream/bench.proto");
const descriptorSet = join(root, ".cache/peers/bench.binpb");

/** A gateway that the lab can put in front of its back ends. */
export interface LabGateway {
  readonly name: "Diglot" | "Envoy";
  /** `folder` takes its configuration and its log. */
  start(endpointPorts: readonly number[], folder: string): Promise<Child>;
}

/** From the build, as a user starts it. */
export const diglot: LabGateway = {
  name: "Diglot",
  async start(endpointPorts, folder) {
    const port = await freePort();
    const file = join(folder, "gateway.yaml");
    writeFileSync(file, diglotConfig(port, endpointPorts));
    return startChild({
      name: "Diglot",
      file: process.execPath,
      words: [join(root, "dist/cli/bin.js"), "serve", file],
      port,
      output: "/dev/null",
      log: join(folder, "diglot.log"),
    });
  },
};

/** Envoy where `npm run bench:peers` has put it; undefined when it is not there. */
export function envoy(): LabGateway | undefined {
  const file = envoyBinary();
  if (file === undefined || !existsSync(descriptorSet)) return undefined;
  return {
    name: "Envoy",
    async start(endpointPorts, folder) {
      const port = await freePort();
      const config = join(folder, "envoy.json");
      writeFileSync(config, envoyConfig({ port, endpointPorts, descriptorSet }));
      const words = ["-c", config, "--concurrency", "1", "--log-level", "critical"];
      return startChild({
        name: "Envoy",
        file,
        words: [...words, "--disable-hot-restart"],
        port,
        output: "/dev/null",
        log: join(folder, "envoy.log"),
      });
    },
  };
}

function diglotConfig(port: number, endpointPorts: readonly number[]): string {
  return [
    "version: 1",
    `listeners: { public: { listen: "127.0.0.1:${port}" } }`,
    `descriptors: [{ protos: ${JSON.stringify(proto)} }]`,
    "clusters:",
    "  bench:",
    `    endpoints: [${endpointPorts.map((at) => `"127.0.0.1:${at}"`).join(", ")}]`,
    "    deadline: 2s",
    "    retry: { per_try: 250ms }",
    "    outlier: { interval: 1s }",
    "routes: [{ service: bench.v1.BenchService, cluster: bench }]",
    "",
  ].join("\n");
}
