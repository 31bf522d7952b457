import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { formatProblem, loadSchema, type Schema } from "../../src/descriptor/index.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** Writes files into a new folder that goes away with the process; returns its path. */
export async function makeFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = makeTemporaryFolder("descriptor");
  for (const [name, content] of Object.entries(files)) {
    const full = path.join(folder, name);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, content);
  }
  return folder;
}

/** The problems of a folder with these files, one a line, with paths as in `files`. */
export async function problemsOf(
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const folder = await makeFolder(files);
  const schema = await loadSchema([{ kind: "protos", path: folder }]);
  if (schema.ok) return [];
  return schema.error.map((problem) =>
    formatProblem(problem).replaceAll(`${folder}/`, "").replaceAll(folder, "."),
  );
}

/** The schema of a folder with these files; throws with the problems when there are any. */
export async function schemaOf(files: Readonly<Record<string, string>>): Promise<Schema> {
  const folder = await makeFolder(files);
  const schema = await loadSchema([{ kind: "protos", path: folder }]);
  if (!schema.ok) throw new Error(schema.error.map(formatProblem).join("\n"));
  return schema.value;
}
