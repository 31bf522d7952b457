// What the design names and this version does not have yet: a person who reads ahead is told so, instead of
// being offered a key of another meaning.
const laterKeys: Readonly<Record<string, readonly string[]>> = {
  "": ["observe", "docs", "mcp", "tls", "include"],
  listeners: ["tls"],
  descriptors: ["reflection", "buf"],
  routes: ["prefix", "retry", "mcp"],
  methods: ["cache", "mcp", "retry"],
};

const laterWords: readonly string[] = ["h2", "h2c", "http2", "http3"];

/** Said of what a later version will have. */
export const laterNote = "not in this version of Diglot";

/** Whether a later version will know `key` in the map at `path`. */
export function isLaterKey(path: readonly (string | number)[], key: string): boolean {
  const section = path.findLast(
    (step) => typeof step === "string" && Object.hasOwn(laterKeys, step),
  );
  return (laterKeys[String(section ?? "")] ?? []).includes(key);
}

/** Whether a later version will know the word `text`. */
export function isLaterWord(text: string): boolean {
  return laterWords.includes(text);
}
