import type { SwitchLevel } from "../schema/switches.ts";

/**
 * What clients of Envoy's grpc_json_transcoder may rely on, its options at their defaults. Its reader drops unknown
 * fields, and no option says otherwise (grpc-httpjson-transcoding, request_message_translator.cc).
 */
export const envoy: SwitchLevel = Object.freeze({
  json: Object.freeze({ ignoreUnknownFields: true }),
  rest: Object.freeze({
    trailingSlash: "ignore",
    urlUnescape: "all_except_reserved",
    autoMapping: false,
    plusAsSpace: false,
    wrongMethod: 404,
    conflicts: "path_wins",
    unexpectedBody: "ignore",
    contentTypes: "any",
  }),
  streams: Object.freeze({ formats: Object.freeze<("array" | "ndjson")[]>(["array"]) }),
});
