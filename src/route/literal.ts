import { decodePercent, err, ok, type Result } from "../base/index.ts";

/** What is wrong with a literal, `at` an index of its text. */
export interface LiteralProblem {
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

// What no path on the wire can hold, so a literal with it would never match, or means something else in a URL.
const foreign = /[\p{Cc}\p{Cs} \\?#]/u;

/**
 * Decodes a literal or verb of a template. Refused is what a request's path may not hold either (see
 * path.ts): such a route could never be reached.
 */
export function decodeLiteral(text: string): Result<string, LiteralProblem> {
  const at = text.search(foreign);
  if (at >= 0) {
    return fail(at, `${nameOfCharacter(text.charAt(at))} cannot stand in a path`, "remove it");
  }
  const value = decodePercent(text);
  if (value === undefined) {
    const remedy = "write %XX with two hexadecimal digits, as UTF-8";
    return fail(Math.max(text.indexOf("%"), 0), `"${text}" is not valid percent-encoding`, remedy);
  }
  if (value === "." || value === "..") {
    return fail(0, `"${text}" is a dot segment`, "remove it: requests with one are refused");
  }
  if (value.includes("\0") || value.includes("\\")) {
    const remedy = "remove it: requests with one are refused";
    return fail(text.indexOf("%"), `"${text}" holds an encoded NUL or backslash`, remedy);
  }
  return ok(value);
}

function nameOfCharacter(character: string): string {
  if (character === " ") return "a space";
  if (character >= "\ud800") return "half of a surrogate pair";
  return character > " " && character < "\x7f" ? `"${character}"` : "a control character";
}

function fail(at: number, message: string, remedy: string) {
  return err({ at, message, remedy });
}
