import type { Leaf } from "./tree.ts";

/** The order in which methods are listed, and those that a route for any method is said to take. */
const usual = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * The methods of `leaves` as `Allow` lists them (RFC 9110 §10.2.1): HEAD where GET is, OPTIONS always, for the
 * gateway answers it for every path that it serves.
 */
export function allowedMethods<T>(leaves: readonly Leaf<T>[]): readonly string[] {
  if (leaves.length === 0) return [];
  const methods = new Set(["OPTIONS"]);
  for (const { byMethod } of leaves) {
    for (const method of byMethod.keys()) {
      if (method === "*") for (const any of usual) methods.add(any);
      else methods.add(method);
      if (method === "GET") methods.add("HEAD");
    }
  }
  return [
    ...usual.filter((method) => methods.has(method)),
    ...[...methods].filter((method) => !usual.includes(method)).sort(),
  ];
}
