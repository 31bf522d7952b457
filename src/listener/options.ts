import type { BindAddress } from "../base/index.ts";
import type { ShadowHeaders } from "./shadow-headers.ts";

/** What one listener accepts at most. Sizes in bytes, times in ms. */
export interface ListenerLimits {
  /** Names and values of one header block. Default 16 KiB; more is answered with 431. */
  readonly headersBytes: number;
  /** Fields of one header block. Default 100; more is answered with 431. */
  readonly headerFields: number;
  /** Request target. Default 8 KiB; more is answered with 414. */
  readonly pathBytes: number;
  /** From the first byte of a request to its answer. Default 60 s. */
  readonly requestMs: number;
  /** From a connection's first byte of a request to the end of its head. Default 10 s: slower clients get 408. */
  readonly headersMs: number;
  /** A connection without a request. Default 65 s: longer than most load balancers' own, so that they close first. */
  readonly idleMs: number;
  /** Least bytes a second of a request body, after a grace of 5 s. Default 500; 0 lets a client hold a body open for ever. */
  readonly minBytesPerSecond: number;
  /** How long a client may take nothing of an answer. Default 30 s: it is cut off then, and its call cancelled. */
  readonly writeStallMs: number;
  /** Connections at once; more are closed as they come. Default 10 000. */
  readonly connections: number;
}

/** One listener of the configuration, every default filled in. */
export interface ListenerOptions {
  readonly name: string;
  readonly bind: BindAddress;
  readonly limits: ListenerLimits;
  /** How many proxies in front of this listener are ours, so that their forwarding headers are believed. Default 0. */
  readonly trustedHops: number;
  /** What becomes of headers whose name has `_` where another one has `-`. Default "refuse": 400. */
  readonly shadowHeaders: ShadowHeaders;
  /** Whether WebSocket handshakes are answered. Without it they are refused, and other upgrades ignored. */
  readonly webSockets: boolean;
  /** Largest frame of a WebSocket, in bytes. */
  readonly maxFrameBytes: number;
}
