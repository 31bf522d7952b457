import type { SwitchLevel } from "../schema/switches.ts";

/** What clients of grpc-gateway v2 may rely on, its ServeMux at its defaults. */
export const grpcGateway: SwitchLevel = Object.freeze({
  json: Object.freeze({ ignoreUnknownFields: true, emitDefaults: true }),
  rest: Object.freeze({
    urlUnescape: "all",
    autoMapping: false,
    ignoreUnknownQuery: true,
    wrongMethod: 501,
    conflicts: "path_wins",
    unexpectedBody: "ignore",
    contentTypes: "any",
    fillUpdateMask: true,
  }),
  metadata: Object.freeze({
    prefix: "grpc-metadata-",
    trailerPrefix: "grpc-trailer-",
    requestPrefix: "grpc-metadata-",
  }),
  streams: Object.freeze({
    formats: Object.freeze<("array" | "ndjson")[]>(["ndjson"]),
    framing: "result",
    concatenated: true,
  }),
});
