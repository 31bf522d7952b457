// google.protobuf.FieldMask from its string (field_mask.proto, "JSON Encoding of Field Masks").

import { Buffer } from "node:buffer";
import { done, type JsonCursor, type Status } from "./cursor.ts";

const pathsTag = 0x0a;
/** More paths than any message has use for; without a bound a mask is a cheap way to make work upstream. */
const mostPaths = 1000;

/**
 * Paths with commas between them, in lowerCamelCase, become snake_case. With `takesProtoNames`
 * (paths and queries) snake_case is taken as well; in JSON an underscore is refused.
 */
export function readFieldMaskText(cursor: JsonCursor, takesProtoNames: boolean): Status {
  const text = cursor.textString();
  if (text === "") return done;
  const paths = text.split(",");
  if (paths.length > mostPaths)
    return cursor.failText(`a field mask of at most ${mostPaths} paths`);
  for (const path of paths) {
    if (!takesProtoNames && path.includes("_")) {
      return cursor.failText("a field mask in lowerCamelCase");
    }
    if (path.split(".").includes("")) return cursor.failText("a field mask without empty names");
    const bytes = Buffer.from(path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    cursor.out.varint32(pathsTag);
    cursor.out.varint32(bytes.length);
    cursor.out.bytes(bytes);
  }
  return done;
}
