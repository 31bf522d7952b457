// How clients speak: reads requests into calls and writes replies and failures. One folder a protocol.
// It knows no socket, no route table and no upstream.
export type { Protocol } from "./protocol.ts";
export { compileRestBinding, type RestBindingInput } from "./rest/binding.ts";
export { compileRestCodecs, type RestCodecs } from "./rest/codecs.ts";
export { failureResponse } from "./rest/fail.ts";
export type { JsonSwitches, MetadataRules, RestLimits, RestOptions } from "./rest/options.ts";
