import type { SwitchLevel } from "../schema/switches.ts";

/** What clients of Envoy's grpc_json_transcoder may rely on, its options at their defaults. */
export const envoy: SwitchLevel = {
  json: { ignoreUnknownFields: true },
  rest: {
    autoMapping: false,
    wrongMethod: 404,
    conflicts: "path_wins",
    unexpectedBody: "ignore",
  },
  streams: { formats: ["array"] },
};
