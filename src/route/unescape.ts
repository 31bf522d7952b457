import { decodePercent } from "../base/index.ts";

/**
 * How a variable of several segments is percent-decoded; one of a single segment always is, wholly.
 *
 * - `all_except_slash` (default): everything but `%2F`, so that a slash of data stays apart from a slash of
 *   structure (google/api/http.proto).
 * - `all_except_reserved`: everything but RFC 6570's reserved characters; Envoy's default.
 * - `all`: everything; the value no longer tells where its segments were.
 */
export type UrlUnescape = "all_except_reserved" | "all_except_slash" | "all";

/** Bytes of RFC 6570 §1.5 `reserved`. */
const reserved = new Set([...":/?#[]@!$&'()*+,;="].map((character) => character.charCodeAt(0)));
const slash = new Set([0x2f]);

/** Decodes the value of a variable of several segments. The text's escapes were found valid before. */
export function unescapeSegments(text: string, mode: UrlUnescape): string {
  if (mode === "all") return decodePercent(text) ?? text;
  const kept = mode === "all_except_slash" ? slash : reserved;
  let value = "";
  let from = 0;
  // Kept bytes are ASCII, so cutting at their escapes never splits a UTF-8 sequence.
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", at + 3)) {
    if (!kept.has(Number.parseInt(text.substring(at + 1, at + 3), 16))) continue;
    value += (decodePercent(text.substring(from, at)) ?? "") + text.substring(at, at + 3);
    from = at + 3;
  }
  return value + (decodePercent(text.substring(from)) ?? "");
}
