import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../src/base/index.ts";
import type { Exchange, Response } from "../../src/exchange/index.ts";
import {
  type Listener,
  type ListenerLimits,
  type ListenerOptions,
  type Service,
  startListener,
} from "../../src/listener/index.ts";
import { failureResponse } from "../../src/protocol/rest/fail.ts";

/** The defaults of gateway.yaml. */
export const testLimits: ListenerLimits = {
  headersBytes: 16 * 1024,
  headerFields: 100,
  pathBytes: 8 * 1024,
  requestMs: 60_000,
  headersMs: 10_000,
  idleMs: 65_000,
  minBytesPerSecond: 500,
  writeStallMs: 30_000,
  connections: 1000,
};

/** A listener on loopback, with a port of the system's choice. */
export const testListenerOptions: ListenerOptions = {
  name: "test",
  bind: { kind: "tcp", host: "127.0.0.1", port: 0 },
  trustedHops: 0,
  shadowHeaders: "refuse",
  webSockets: false,
  maxFrameBytes: 1024,
  limits: testLimits,
};

/** A service whose exchanges are all served by `handle`. */
export function serviceOf(
  handle: Service["handle"],
  admitWebSocket: Service["admitWebSocket"] = () => assert.fail("no WebSocket is served"),
): Service {
  return {
    handle,
    answerTo: (failure) => failureResponse(failure),
    refuse: (failure) => failureResponse(failure),
    crashed: (error) => assert.fail(String(error)),
    admitWebSocket,
  };
}

/** Starts a listener before such a service. */
export async function startTestListener(
  service: Service | ((exchange: Exchange) => Promise<Response>),
  change: Partial<ListenerOptions> = {},
  clock: Clock = systemClock,
): Promise<{ readonly listener: Listener; readonly port: number }> {
  const listener = await startListener(
    { ...testListenerOptions, ...change },
    typeof service === "function" ? serviceOf(service) : service,
    clock,
  );
  assert.ok(listener.ok);
  return { listener: listener.value, port: Number(/\d+$/.exec(listener.value.address)?.[0]) };
}
