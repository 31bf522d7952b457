import { type Clock, systemClock } from "../../base/index.ts";
import { clusterFamilies } from "./cluster-families.ts";
import { ClusterCounts, type ClusterMeters } from "./cluster-meters.ts";
import type { MeterFamily } from "./family.ts";
import { ListenerCounts, type ListenerMeters } from "./listener-meters.ts";
import { requestFamilies } from "./request-families.ts";

/**
 * All that is counted. Counting costs additions only, whether or not anybody reads; labels are names of the
 * configuration, so a client can make none.
 */
export interface Meters {
  /** The meters of a listener: the same ones for the same name. */
  listener(name: string): ListenerMeters;
  /** The meters of a cluster: the same ones for the same name. */
  cluster(name: string): ClusterMeters;
  readonly families: readonly MeterFamily[];
}

/** Starts to count from 0; `codeName` gives the label of a gRPC code. */
export function createMeters(
  codeName: (code: number) => string,
  clock: Clock = systemClock,
): Meters {
  const listeners = new Map<string, ListenerCounts>();
  const clusters = new Map<string, ClusterCounts>();
  return {
    listener: (name) => ofName(listeners, name, () => new ListenerCounts(name, clock)),
    cluster: (name) => ofName(clusters, name, () => new ClusterCounts(name)),
    families: [...requestFamilies(listeners, codeName), ...clusterFamilies(clusters)],
  };
}

function ofName<T>(all: Map<string, T>, name: string, create: () => T): T {
  let one = all.get(name);
  if (one === undefined) {
    one = create();
    all.set(name, one);
  }
  return one;
}
