import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { err, ok, type Result } from "../../base/index.ts";
import type { DescriptorProblem } from "../problem.ts";
import { explainFileError } from "./read-error.ts";

/**
 * Every `.proto` file below `folder`, sorted. Hidden entries are skipped (Kubernetes keeps the versions of
 * a mounted ConfigMap in them). Links are followed, each folder is entered once, and what is neither file
 * nor folder is left alone.
 */
export async function listProtos(
  folder: string,
  maxFiles: number,
): Promise<Result<readonly string[], readonly DescriptorProblem[]>> {
  const files: string[] = [];
  const problems: DescriptorProblem[] = [];
  const entered = new Set<string>();
  const folders = [folder];
  // Linked folders come last, so that files have the name of their real place.
  const linked: string[] = [];
  for (let at = folders.pop(); at !== undefined; at = folders.pop() ?? linked.pop()) {
    try {
      const real = await realpath(at);
      if (entered.has(real)) continue;
      entered.add(real);
      await listFolder(at, files, folders, linked);
    } catch (error) {
      problems.push({ file: at, message: explainFileError(error) });
    }
    if (files.length > maxFiles) {
      problems.push({ file: folder, message: `more than ${maxFiles} .proto files` });
      break;
    }
  }
  return problems.length > 0 ? err(problems) : ok(files.toSorted());
}

async function listFolder(
  folder: string,
  files: string[],
  folders: string[],
  linked: string[],
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const full = path.join(folder, entry.name);
    const isProto = entry.name.endsWith(".proto");
    if (entry.isDirectory()) folders.push(full);
    else if (entry.isFile() && isProto) files.push(full);
    else if (entry.isSymbolicLink()) {
      // A link that leads nowhere, or round in a circle, is no file.
      const target = await stat(full).catch(() => undefined);
      if (target?.isDirectory() === true) linked.push(full);
      else if (target?.isFile() === true && isProto) files.push(full);
    }
  }
}
