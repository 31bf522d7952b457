import type { SwitchLevel } from "../schema/switches.ts";
import { envoy } from "./envoy.ts";
import { grpcGateway } from "./grpc-gateway.ts";

/** Gateways that people move from. */
export const compatNames = ["envoy", "grpc-gateway"] as const;

export type CompatName = (typeof compatNames)[number];

/** The switches of each preset. They stand under those that are written on the same level. */
export const presets: Readonly<Record<CompatName, SwitchLevel>> = Object.freeze({
  envoy,
  "grpc-gateway": grpcGateway,
});
