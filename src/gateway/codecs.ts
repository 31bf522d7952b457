import type { JsonSwitches } from "../config/index.ts";
import type { Schema } from "../descriptor/index.ts";
import { compileRestCodecs, type RestCodecs } from "../protocol/index.ts";

/** Gives the codecs for a set of switches. */
export type CodecCache = (json: JsonSwitches, maxDepth: number, maxKeys: number) => RestCodecs;

/** Shares compiled codecs between all bindings with the same switches: most gateways have one set. */
export function createCodecCache(schema: Schema): CodecCache {
  const sets = new Map<string, RestCodecs>();
  return (json, maxDepth, maxKeys) => {
    const key = JSON.stringify([json, maxDepth, maxKeys]);
    let codecs = sets.get(key);
    if (codecs === undefined) {
      codecs = compileRestCodecs(schema, json, maxDepth, maxKeys);
      sets.set(key, codecs);
    }
    return codecs;
  };
}
