/** The JSON name a field gets when it declares none (protoc's ToJsonName). */
export function defaultJsonName(name: string): string {
  return name.includes("_")
    ? name.replace(/_+([^_]?)/g, (_, first: string) => asciiUpper(first))
    : name;
}

/** The name of the message that holds the entries of map field `name`. */
export function mapEntryName(name: string): string {
  return `${name.replace(/(^|_+)([^_]?)/g, (_, _gap, first: string) => asciiUpper(first))}Entry`;
}

function asciiUpper(character: string): string {
  return character >= "a" && character <= "z" ? character.toUpperCase() : character;
}
