import type {
  BreakerConfig,
  ClusterConfig,
  HealthConfig,
  OutlierConfig,
} from "../gateway-config.ts";
import { breaker } from "./breaker.ts";
import { health } from "./health.ts";
import { outlier } from "./outlier.ts";
import { described } from "./text.ts";

/** The keys of a cluster that say what happens when its endpoints are not well. Each is off when it is absent. */
export const resilience = {
  health: described(
    "Asks endpoints how they are, and sends calls to healthy ones. Default off.",
    health.optional(),
  ),
  outlier: described(
    "Sends no calls for a while to endpoints whose calls fail. Default off; {} for its defaults.",
    outlier.optional(),
  ),
  breaker: described(
    "Refuses calls with 503 while too many of the cluster's fail. Default off; {} for its defaults.",
    breaker.optional(),
  ),
};

/** The values of `resilience`. */
export function resilienceOf(keys: {
  readonly health?: HealthConfig | undefined;
  readonly outlier?: OutlierConfig | undefined;
  readonly breaker?: BreakerConfig | undefined;
}): Pick<ClusterConfig, "health" | "outlier" | "breaker"> {
  return { health: keys.health, outlier: keys.outlier, breaker: keys.breaker };
}
