import { type BackEnd, startBackEnd } from "./back-end.ts";
import { CallCounter } from "./call-counter.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** What a proxy in front of a back end has seen since it was last asked to forget; times of `performance.now()`. */
export interface Seen {
  /** When connections came. */
  readonly connections: number[];
  /** When calls came. */
  readonly calls: number[];
}

/** One of the endpoints: a port that a back end listens on, with a proxy in front of it. */
export interface Place {
  readonly port: number;
  readonly proxy: TcpProxy;
  readonly seen: Seen;
  backEnd: BackEnd;
  /** Started, and waiting to take the back end's place. */
  spare: BackEnd | undefined;
}

/** The back ends of the lab. They are used again from one scenario to the next; the broken ones are replaced. */
export interface BackEnds {
  readonly places: readonly Place[];
  /** Makes all well again: every place has a back end that listens and, if asked, a spare one. */
  repair(withSpares: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts so many. */
export async function startBackEnds(count: number): Promise<BackEnds> {
  const places = await Promise.all(Array.from({ length: count }, startPlace));
  return {
    places,
    async repair(withSpares) {
      await Promise.all(places.map((place) => repair(place, withSpares)));
    },
    async stop() {
      await Promise.all(
        places.flatMap(({ backEnd, spare, proxy }) => [
          backEnd.kill(),
          spare?.kill(),
          proxy.stop(),
        ]),
      );
    },
  };
}

/** Puts the spare one where the back end was, which has ended. */
export async function replace(place: Place): Promise<void> {
  const { spare } = place;
  if (spare === undefined) throw new Error("there is no spare back end");
  place.spare = undefined;
  place.backEnd = spare;
  await spare.listen(place.port);
}

async function startPlace(): Promise<Place> {
  const backEnd = await startBackEnd();
  const port = await backEnd.listen(0);
  const seen: Seen = { connections: [], calls: [] };
  const counters = new Map<number, CallCounter>();
  const proxy = await startTcpProxy({
    targetPort: port,
    onConnection: () => seen.connections.push(performance.now()),
    onBytes: (connection, bytes) => {
      const counter = counters.get(connection) ?? new CallCounter();
      counters.set(connection, counter);
      const before = counter.calls;
      counter.take(bytes);
      for (let i = before; i < counter.calls; i++) seen.calls.push(performance.now());
    },
  });
  return { port, proxy, seen, backEnd, spare: undefined };
}

async function repair(place: Place, withSpare: boolean): Promise<void> {
  const { proxy, seen } = place;
  proxy.fault = { kind: "none" };
  seen.connections.length = 0;
  seen.calls.length = 0;
  if (place.backEnd.hasEnded) {
    place.spare ??= await startBackEnd();
    await replace(place);
  }
  place.backEnd.thaw();
  await place.backEnd.trouble({ kind: "none" });
  if (withSpare) place.spare ??= await startBackEnd();
}
