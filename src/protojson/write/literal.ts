/** Text that is known when a plan is compiled, in the form that is copied fastest. */
export interface Literal {
  readonly length: number;
  /** The bytes, four to a word, little-endian, with zeros behind the last. */
  readonly words: Int32Array;
}

const encoder = new TextEncoder();

/** Prepares a text, or bytes that are UTF-8. */
export function literal(text: string | Uint8Array): Literal {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (const [index, byte] of bytes.entries()) view.setUint8(index, byte);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4, true);
  return { length: bytes.length, words };
}
