import { z } from "zod";
import type {
  DiscoveryConfig,
  EndpointConfig,
  EndpointTarget,
  EndpointTraits,
} from "../gateway-config.ts";
import { endpointNoun, endpointTarget } from "./address.ts";
import { described, someOf, someText, wholeNumber } from "./text.ts";

/** One entry of `endpoints`: an address or where addresses are found, and what is said of them. */
export interface EndpointDocument {
  readonly target: EndpointTarget;
  readonly traits: EndpointTraits;
}

const plainTraits: EndpointTraits = { weight: 1, locality: "", priority: 0, metadata: {} };

const plainEndpoint = endpointTarget.transform(
  (target): EndpointDocument => ({ target, traits: plainTraits }),
);

const endpointMap = z
  .strictObject({
    address: described(
      "Where it is: host:port, [IPv6]:port, unix:path, dns:///host:port or srv:///name.",
      endpointTarget.refine(({ kind }) => kind !== "file", {
        error: "a file says of each of its endpoints what this map says",
      }),
    ),
    weight: described(
      "Its share of the calls relative to the others. Default 1.",
      wholeNumber(1, 1000).prefault(1),
    ),
    locality: described("Where it runs, such as zone-a.", someText("a locality").optional()),
    priority: described(
      "0 is used first, a higher one when too few before it are available. Default 0.",
      wholeNumber(0, 127).prefault(0),
    ),
    metadata: described(
      "What subsets are made by: names and values.",
      z.record(z.string(), z.string()).prefault({}),
    ),
  })
  .transform(
    ({ address, locality = "", weight, priority, metadata }): EndpointDocument => ({
      target: address,
      traits: { weight, locality, priority, metadata },
    }),
  );

/** One entry of `endpoints`. */
export const endpoint: z.ZodType<EndpointDocument> = z.union([plainEndpoint, endpointMap], {
  error: `expected ${endpointNoun}`,
}) as z.ZodType<EndpointDocument>;

/** What a file of endpoints holds: entries that are addresses. */
export const endpointList: z.ZodType<readonly EndpointDocument[]> = someOf(endpoint, "endpoint");

/** The entries that are addresses. */
export function staticEndpoints(entries: readonly EndpointDocument[]): readonly EndpointConfig[] {
  return entries.flatMap(({ target, traits }) =>
    target.kind === "tcp" || target.kind === "unix" ? [{ address: target, ...traits }] : [],
  );
}

/** The entries that say where addresses are found. */
export function discoveryOf(entries: readonly EndpointDocument[]): readonly DiscoveryConfig[] {
  return entries.flatMap(({ target, traits }): readonly DiscoveryConfig[] => {
    if (target.kind === "tcp" || target.kind === "unix") return [];
    return [target.kind === "file" ? target : { ...target, traits }];
  });
}
