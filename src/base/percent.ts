/**
 * Decodes every percent-encoded byte of `text` as UTF-8, once (RFC 3986 §2.1). Undefined when an escape is
 * cut short or not hexadecimal, or when the bytes are not UTF-8.
 */
export function decodePercent(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
