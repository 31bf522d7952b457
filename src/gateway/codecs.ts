import type { JsonSwitches } from "../config/index.ts";
import type { Schema } from "../descriptor/index.ts";
import { compileRestCodecs, type RestCodecs } from "../protocol/index.ts";

/** Gives the codecs for a set of switches. */
export type CodecCache = (json: JsonSwitches, maxDepth: number) => RestCodecs;

/** Shares compiled codecs between all bindings with the same switches: most gateways have one set. */
export function createCodecCache(schema: Schema): CodecCache {
  const sets = new Map<string, RestCodecs>();
  return (json, maxDepth) => {
    const key = JSON.stringify([json, maxDepth]);
    let codecs = sets.get(key);
    if (codecs === undefined) {
      codecs = compileRestCodecs(schema, json, maxDepth);
      sets.set(key, codecs);
    }
    return codecs;
  };
}
