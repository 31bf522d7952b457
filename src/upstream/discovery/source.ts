import type { Address } from "../address.ts";

/** One endpoint as a source tells of it. */
export interface EndpointSpec {
  readonly address: Address;
  /** Share of the traffic relative to the others; 1 or more. */
  readonly weight: number;
  /** Where it runs; empty when that is not known. */
  readonly locality: string;
  /** 0 is used first. */
  readonly priority: number;
  /** What subsets are chosen by. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Told of what a source finds. */
export interface SourceEvents {
  /** All endpoints of the source as they are now; told again only when they change. Never empty. */
  found(endpoints: readonly EndpointSpec[]): void;
  /** It could not look; what it found last still holds. */
  failed(error: string): void;
}

/** Where endpoints come from. */
export interface EndpointSource {
  /** What it is called in gateway.yaml: for logs and status. */
  readonly name: string;
  /** Begins to look; once. */
  start(events: SourceEvents): void;
  /** Looks again soon: what it found last does not answer. */
  refresh(): void;
  stop(): void;
}
