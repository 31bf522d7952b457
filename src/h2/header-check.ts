// What a field name and a field value may hold in HTTP/2. Checked where a literal is decoded, so that a field
// which comes out of the dynamic table again costs nothing.

const nameCharacters = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  nameCharacters[character.charCodeAt(0)] = 1;
}

/** Fields of a connection, which HTTP/2 forbids (RFC 9113 §8.2.2). */
const connectionFields = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a name is a token in lower case, or a pseudo-header's, and none of HTTP/1.1's connection fields. */
export function isFieldName(name: string): boolean {
  const start = name.charCodeAt(0) === 0x3a ? 1 : 0;
  if (name.length === start) return false;
  for (let i = start; i < name.length; i++) {
    if (nameCharacters[name.charCodeAt(i)] !== 1) return false;
  }
  return !connectionFields.has(name);
}

/** Whether a value is free of NUL, CR, LF and surrounding white space (RFC 9113 §8.2.1). */
export function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code === 0x0a || code === 0x0d) return false;
  }
  return !(isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
