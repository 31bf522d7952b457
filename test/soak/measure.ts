import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Child, cpuMicroseconds, freePort, startChild } from "../../bench/harness/child.ts";
import { blockBytes, type Sum, sumOfBlocks } from "./blocks.ts";
import { download, upload } from "./transfer.ts";

/** What one transfer came to. */
export interface Transfer {
  readonly name: string;
  /** Whether every byte came, in its place. */
  readonly isWhole: boolean;
  readonly bytes: number;
  readonly seconds: number;
  /** User and system time of the gateway's process. */
  readonly cpuSeconds: number;
  /** Resident memory of the gateway's process before the first transfer, at most during this one, and behind it, in MiB. */
  readonly idleMib: number;
  readonly peakMib: number;
  readonly endMib: number;
}

const mebibyte = 1024 * 1024;

/** What is transferred before anything is measured: enough to load all code, too little to grow any heap. */
const warmupBlocks = 4;

/** How the gateway is started: from `dist/`, as a user does, or from `src/`, where nothing is built. */
export type GatewayBuild = "built" | "source";

/** Sends so many MiB down and up through a gateway process before an upstream process. Linux only: it reads /proc. */
export async function measureBodies(
  mib: number,
  build: GatewayBuild,
): Promise<readonly Transfer[]> {
  const folder = mkdtempSync(join(tmpdir(), "diglot-soak-"));
  const children: Child[] = [];
  try {
    const upstream = await startUpstream(folder);
    children.push(upstream);
    const gateway = await startGateway(folder, upstream.port, build);
    children.push(gateway);
    const ways = [
      { name: "down, server stream", transfer: download },
      { name: "up, client stream", transfer: upload },
    ];
    for (const { transfer } of ways) await transfer(gateway.port, warmupBlocks);
    const blocks = Math.ceil((mib * mebibyte) / blockBytes);
    const want = sumOfBlocks(blocks);
    const idleMib = mebibytesOf(gateway.pid, "VmRSS");
    const results: Transfer[] = [];
    for (const { name, transfer } of ways) {
      results.push(
        await measure({ name, gateway, want, idleMib }, () => transfer(gateway.port, blocks)),
      );
    }
    return results;
  } finally {
    for (const child of children.toReversed()) await child.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly name: string;
  readonly gateway: Child;
  readonly want: Sum;
  readonly idleMib: number;
}

async function measure(
  { name, gateway, want, idleMib }: Measured,
  transfer: () => Promise<Sum>,
): Promise<Transfer> {
  forgetPeak(gateway.pid);
  const cpuBefore = cpuMicroseconds(gateway.pid);
  const startedAt = performance.now();
  const { bytes, sha256 } = await transfer();
  return {
    name,
    isWhole: bytes === want.bytes && sha256 === want.sha256,
    bytes,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (cpuMicroseconds(gateway.pid) - cpuBefore) / 1_000_000,
    idleMib,
    peakMib: mebibytesOf(gateway.pid, "VmHWM"),
    endMib: mebibytesOf(gateway.pid, "VmRSS"),
  };
}

/** proc(5): 5 sets the peak of resident memory to what it is now. */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function mebibytesOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const line = status.split("\n").find((text) => text.startsWith(`${field}:`));
  return Number(/\d+/.exec(line ?? "")?.[0]) / 1024;
}

async function startUpstream(folder: string): Promise<Child> {
  const port = await freePort();
  const file = fileURLToPath(new URL("./upstream.ts", import.meta.url));
  return start("upstream", folder, port, [...fromSource, file, String(port)]);
}

/** Every limit at its default, the access log on. */
async function startGateway(
  folder: string,
  upstreamPort: number,
  build: GatewayBuild,
): Promise<Child> {
  const port = await freePort();
  const config = join(folder, "soak.yaml");
  const protos = fileURLToPath(new URL("protos", import.meta.url));
  writeFileSync(
    config,
    [
      "version: 1",
      `listeners: { public: { listen: "127.0.0.1:${port}" } }`,
      `descriptors: [{ protos: ${JSON.stringify(protos)} }]`,
      `clusters: { soak: { endpoints: ["127.0.0.1:${upstreamPort}"] } }`,
      "routes: [{ service: soak.v1.SoakService, cluster: soak }]",
      "",
    ].join("\n"),
  );
  const program = build === "built" ? "../../dist/cli/bin.js" : "../../src/cli/bin.ts";
  const file = fileURLToPath(new URL(program, import.meta.url));
  const loader = build === "built" ? [] : fromSource;
  return start("gateway", folder, port, [...loader, file, "serve", config]);
}

/** What lets Node run TypeScript. */
const fromSource = ["--import", "tsx"];

function start(
  name: string,
  folder: string,
  port: number,
  words: readonly string[],
): Promise<Child> {
  const log = join(folder, `${name}.log`);
  return startChild({ name, file: process.execPath, words, port, output: "/dev/null", log });
}
