import {
  type ConfigSources,
  formatProblems,
  type LoadedConfig,
  parseConfig,
} from "../../src/config/index.ts";

/** A whole document, a section at a time, so that a test writes down only what it is about. */
export const sections = {
  version: "version: 1",
  listeners: "listeners:\n  public: { listen: 127.0.0.1:8080 }",
  descriptors: "descriptors: [{ protos: ./protos }]",
  clusters: "clusters:\n  library: { endpoints: [127.0.0.1:50051] }",
  routes: "routes:\n  - { service: library.v1.*, cluster: library }",
  more: "",
};

export type Sections = typeof sections;

/** The sample document with `changes`. */
export function sample(changes: Partial<Sections> = {}): string {
  return Object.values({ ...sections, ...changes })
    .filter((section) => section !== "")
    .map((section) => `${section}\n`)
    .join("");
}

/** Files and variables of a test. */
export function sources(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  env: Readonly<Record<string, string>> = {},
): ConfigSources {
  return {
    env,
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error("absent"), { code: "ENOENT" });
      return typeof content === "string" ? new TextEncoder().encode(content) : content;
    },
  };
}

/** The configuration of a document that has no errors. */
export async function load(text: string, from: ConfigSources = sources()): Promise<LoadedConfig> {
  const loaded = await parseConfig(text, "gateway.yaml", from);
  if (loaded.ok) return loaded.value;
  throw new Error(problemText(loaded.error.problems, text));
}

/** Every problem of a document as text: errors, or warnings where there are none. */
export async function problemsOf(text: string, from: ConfigSources = sources()): Promise<string> {
  const loaded = await parseConfig(text, "gateway.yaml", from);
  return problemText(loaded.ok ? loaded.value.warnings : loaded.error.problems, text);
}

function problemText(problems: Parameters<typeof formatProblems>[0], source: string): string {
  return formatProblems(problems, { colour: false, sourceOf: () => source });
}
