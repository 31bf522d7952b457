const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["ENOTDIR", "a part of this path is not a folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "this is a folder"],
  ["ELOOP", "the symbolic links go round in a circle"],
  ["ENAMETOOLONG", "the path is too long"],
]);

/** The code of a file system error, or undefined for any other thing that was thrown. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A file system error in words, without the path. */
export function explainFileError(error: unknown): string {
  const code = fileErrorCode(error) ?? "unknown error";
  return reasons.get(code) ?? `it cannot be read (${code})`;
}
