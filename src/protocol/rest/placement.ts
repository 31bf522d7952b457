import { ok, type Result } from "../../base/index.ts";
import { type Exchange, headerValue } from "../../exchange/index.ts";
import type { Call, Failure } from "../../rpc/index.ts";
import type { Opener } from "./open-rules.ts";
import type { HashKeyRule, Placement } from "./options.ts";

/** Lets calls say where they are to go. `variables` are the names of the template's, in the order of captures. */
export function placeCalls(
  open: Opener,
  { hashKey, subset }: Placement,
  variables: readonly string[],
): Opener {
  if (hashKey === undefined && subset === undefined) return open;
  const keyOf = hashKey === undefined ? () => undefined : keyFinder(hashKey, variables);
  return (exchange, captures) => {
    const place = (call: Result<Call, Failure>): Result<Call, Failure> =>
      call.ok ? ok({ ...call.value, hashKey: keyOf(exchange, captures), subset }) : call;
    const opened = open(exchange, captures);
    return opened instanceof Promise ? opened.then(place) : place(opened);
  };
}

type KeyFinder = (exchange: Exchange, captures: readonly string[]) => string | undefined;

function keyFinder({ kind, name }: HashKeyRule, variables: readonly string[]): KeyFinder {
  if (kind === "path") {
    const index = variables.indexOf(name);
    return (_exchange, captures) => captures[index];
  }
  if (kind === "header") return ({ headers }) => headerValue(headers, name);
  return ({ headers }) => cookieOf(headers, name);
}

/** The first value of a cookie (RFC 6265 §4.2.1); there may be several `cookie` fields. */
function cookieOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== "cookie") continue;
    for (const pair of (headers[i + 1] ?? "").split(";")) {
      const equals = pair.indexOf("=");
      if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}
