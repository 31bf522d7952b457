// How clients speak: reads requests into calls and writes replies and failures. One folder a protocol.
// It knows no socket, no route table and no upstream.
export type { Closed, Protocol, StreamEnd } from "./protocol.ts";
export { compileRestBinding, type RestBindingInput } from "./rest/binding.ts";
export { compileRestCodecs, type RestCodecs } from "./rest/codecs.ts";
export {
  type FailureRules,
  failureResponse,
  plainFailureRules,
} from "./rest/fail.ts";
export type {
  ErrorShape,
  JsonSwitches,
  MetadataRules,
  RestLimits,
  RestOptions,
  StreamSwitches,
} from "./rest/options.ts";
