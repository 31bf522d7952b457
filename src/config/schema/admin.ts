import { z } from "zod";
import type { AdminConfig } from "../gateway-config.ts";
import { listenAddress } from "./address.ts";
import { described, matching, switchValue } from "./text.ts";

/** `admin` as written, its address not resolved yet. */
export interface AdminDocument extends AdminConfig {
  /** Whether the address may be one that other machines reach. */
  readonly allowRemote: boolean;
}

/** The section `admin`. */
export const admin: z.ZodType<AdminDocument> = z
  .strictObject({
    listen: described(
      "Where the gateway shows itself: on loopback, or unix:path. Default 127.0.0.1:9901.",
      listenAddress.prefault("127.0.0.1:9901"),
    ),
    allow_remote: described(
      "Listen on an address that other machines reach. Default false.",
      switchValue().prefault(false),
    ),
    hosts: described(
      "Names that requests may ask for, beside IP addresses and localhost. Default none.",
      z
        .array(matching(/^[A-Za-z0-9_.-]{1,253}$/, "a host name such as gateway.internal"))
        .prefault([]),
    ),
    token: described(
      "What requests that change something must bring as a bearer token; without it they are refused.",
      matching(/^[!-~]{16,256}$/, "16 to 256 ASCII characters without spaces").optional(),
    ),
  })
  .transform((keys) => ({
    address: keys.listen,
    allowRemote: keys.allow_remote,
    hosts: keys.hosts.map((host) => host.toLowerCase()),
    token: keys.token,
  }));
