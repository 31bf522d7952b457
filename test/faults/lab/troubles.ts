import { placeAt, type Scenario } from "./scenario.ts";
import type { NetworkFault } from "./tcp-proxy.ts";
import type { Trouble } from "./trouble.ts";

const warmUpSeconds = 0.4;
const seconds = 1.4;
const troubledAt = 0.2;

const ofBackEnd: Readonly<Record<string, Trouble>> = {
  hang: { kind: "hang" },
  "delay-100": { kind: "delay", delayMs: 100 },
  "reset-internal": { kind: "reset", code: 2 },
  "reset-refused": { kind: "reset", code: 7 },
  garbage: { kind: "garbage" },
  goaway: { kind: "goaway", afterCalls: 10 },
  "half-way": { kind: "half-way" },
  silent: { kind: "silent" },
  crash: { kind: "crash" },
};

const ofNetwork: Readonly<Record<string, NetworkFault>> = {
  "tcp-delay-100": { kind: "delay", delayMs: 100 },
  "tcp-drop": { kind: "drop" },
  "tcp-half-open": { kind: "half-open" },
  "tcp-throttle": { kind: "throttle", bytesPerSecond: 4000 },
  "tcp-reset": { kind: "reset" },
  "tcp-corrupt": { kind: "corrupt" },
};

/** One of four back ends, or the way to it, is in trouble: a row for each kind. */
export const troubles: readonly Scenario[] = [
  ...Object.entries(ofBackEnd).map(([name, trouble]) =>
    scenario(name, false, (place) => place.backEnd.trouble(trouble)),
  ),
  ...Object.entries(ofNetwork).map(([name, fault]) =>
    scenario(name, true, (place) => {
      place.proxy.fault = fault;
      return Promise.resolve();
    }),
  ),
];

function scenario(
  name: string,
  isProxied: boolean,
  begin: (place: ReturnType<typeof placeAt>) => Promise<void>,
): Scenario {
  return {
    name,
    warmUpSeconds,
    seconds,
    isProxied,
    needsSpares: false,
    mustSave: false,
    async act(stage) {
      await stage.until(troubledAt);
      const at = performance.now();
      await begin(placeAt(stage, 0));
      return { at, figure: () => "" };
    },
  };
}
