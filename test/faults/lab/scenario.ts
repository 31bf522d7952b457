import type { Place } from "./back-ends.ts";
import type { Sample } from "./load.ts";

/** What a scenario works on while the load runs. */
export interface Stage {
  /** Four endpoints. */
  readonly places: readonly Place[];
  /** Waits until so long after the begin of the load. */
  until(seconds: number): Promise<void>;
}

/** What was done, and the scenario's own figure. */
export interface Deed {
  /** When it was done, of `performance.now()`. */
  readonly at: number;
  /** Made of all requests, when the last has ended. */
  figure(samples: readonly Sample[]): string;
}

/** Something that goes wrong under load. */
export interface Scenario {
  /** As `--only` takes it. */
  readonly name: string;
  /** How long the gateway has twice the load before it counts: its code is cold at first. */
  readonly warmUpSeconds: number;
  /** How long the load lasts. */
  readonly seconds: number;
  /** Whether the gateway reaches the endpoints through the proxies: for TCP faults, and to see its calls. */
  readonly isProxied: boolean;
  readonly needsSpares: boolean;
  /** Whether Diglot may fail no GET. */
  readonly mustSave: boolean;
  act(stage: Stage): Promise<Deed>;
}

/** What a place is; fails where there is none. */
export function placeAt(stage: Stage, index: number): Place {
  const place = stage.places[index];
  if (place === undefined) throw new Error(`there is no endpoint ${index}`);
  return place;
}

/** Milliseconds as seconds for a person. */
export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
