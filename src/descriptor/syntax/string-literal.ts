import { err, ok, type Result } from "../../base/index.ts";

const simpleEscapes: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
  ["\\", 92],
  ["'", 39],
  ['"', 34],
  ["?", 63],
]);
const escapeSequence =
  /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]?))/g;
const encoder = new TextEncoder();

/**
 * The bytes a string literal (with its quotes) stands for: octal, \x, \u and \U escapes as in the
 * language specification. Fails with a message on an unknown escape or a code point that does not exist.
 */
export function decodeStringLiteral(literal: string): Result<Uint8Array, string> {
  const inner = literal.slice(1, -1);
  if (!inner.includes("\\")) return ok(encoder.encode(inner));
  const bytes: number[] = [];
  let from = 0;
  for (const match of inner.matchAll(escapeSequence)) {
    for (const byte of encoder.encode(inner.slice(from, match.index))) bytes.push(byte);
    const decoded = decodeEscape(match);
    if (decoded === undefined) return err(`the escape ${match[0]} does not exist`);
    bytes.push(...decoded);
    from = match.index + match[0].length;
  }
  for (const byte of encoder.encode(inner.slice(from))) bytes.push(byte);
  return ok(Uint8Array.from(bytes));
}

function decodeEscape(match: RegExpExecArray): Iterable<number> | undefined {
  const [, hex, short, long, octal, letter] = match;
  if (hex !== undefined) return [Number.parseInt(hex, 16)];
  if (octal !== undefined) return [Number.parseInt(octal, 8) & 0xff];
  const point = short ?? long;
  if (point === undefined) {
    const byte = simpleEscapes.get(letter ?? "");
    return byte === undefined ? undefined : [byte];
  }
  const code = Number.parseInt(point, 16);
  const isScalar = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isScalar ? encoder.encode(String.fromCodePoint(code)) : undefined;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text, or undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes in the escaped spelling that `default_value` of a bytes field has in a descriptor (C escapes). */
export function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 10) text += "\\n";
    else if (byte === 13) text += "\\r";
    else if (byte === 9) text += "\\t";
    else if (byte === 34 || byte === 39 || byte === 92) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return text;
}
