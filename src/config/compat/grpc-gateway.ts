import type { SwitchLevel } from "../schema/switches.ts";

/** What clients of grpc-gateway v2 may rely on, its ServeMux at its defaults. */
export const grpcGateway: SwitchLevel = {
  json: { ignoreUnknownFields: true, emitDefaults: true },
  rest: {
    autoMapping: false,
    ignoreUnknownQuery: true,
    wrongMethod: 501,
    conflicts: "path_wins",
    unexpectedBody: "ignore",
    fillUpdateMask: true,
  },
  metadata: {
    prefix: "grpc-metadata-",
    trailerPrefix: "grpc-trailer-",
    requestPrefix: "grpc-metadata-",
  },
  streams: { formats: ["ndjson"], framing: "result", concatenated: true },
};
