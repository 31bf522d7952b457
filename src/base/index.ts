// What every room may use: results, time, randomness, units, and reading of small text formats.
// It knows nothing of HTTP, gRPC or this product.
export { isBase64 } from "./base64.ts";
export { type BindAddress, bindServer, boundAddress } from "./bind.ts";
export { ByteGatherer } from "./byte-gatherer.ts";
export { type Cancellation, CancellationSource, neverCancelled } from "./cancellation.ts";
export { type Clock, systemClock, type Timer } from "./clock.ts";
export { hashText } from "./hash.ts";
export { randomHex } from "./identifiers.ts";
export { isLoopback } from "./loopback.ts";
export { nearestName } from "./nearest.ts";
export { decodePercent } from "./percent.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { err, ok, type Result } from "./result.ts";
export { parseDurationMs, parsePercent, parseSizeBytes } from "./units.ts";
