import type { Random } from "../base/index.ts";
import type { BalancedEndpoint } from "./policy.ts";

interface Entry<Endpoint> {
  readonly endpoint: Endpoint;
  /** Whoever has the lowest is next. */
  turn: number;
}

/** How many turns for each endpoint pass at most before the first one is taken. */
const mostTurnsBefore = 8;

/**
 * Endpoints in turn by weight, each as evenly spread as it can be: earliest deadline first, where every pick
 * moves an endpoint's turn by 1 / weight. The weight is asked for at each pick and may be another every time.
 */
export class WeightedSchedule<Endpoint extends BalancedEndpoint> {
  readonly #random: Random;
  readonly #weightOf: (endpoint: Endpoint) => number;
  /** A binary heap by turn. */
  #heap: Entry<Endpoint>[] = [];
  /** The turn of the last pick. */
  #now = 0;

  constructor(random: Random, weightOf: (endpoint: Endpoint) => number) {
    this.#random = random;
    this.#weightOf = weightOf;
  }

  /** Those that stay keep their turns, so that nobody gains by the others' coming and going. */
  update(usable: readonly Endpoint[]): void {
    const waits = new Map(this.#heap.map(({ endpoint, turn }) => [endpoint, turn - this.#now]));
    this.#now = 0;
    this.#heap = usable.map((endpoint) => ({
      endpoint,
      turn: waits.get(endpoint) ?? this.#random() / this.#weightOf(endpoint),
    }));
    // What is sorted is a heap.
    this.#heap.sort((a, b) => a.turn - b.turn);
    if (waits.size === 0) this.#beginAnywhere();
  }

  /** At a drawn place of the round: the first turns of many gateways are then by weight too, as all others are. */
  #beginAnywhere(): void {
    const weights = this.#heap.map(({ endpoint }) => this.#weightOf(endpoint));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const least = weights.reduce((low, weight) => Math.min(low, weight), Number.POSITIVE_INFINITY);
    const round = Math.min(total / least, mostTurnsBefore * weights.length);
    for (let turns = Math.floor(this.#random() * round); turns > 0; turns--) this.#take();
  }

  /** The next one that was not tried; the next one when all were. */
  pick(tried: ReadonlySet<BalancedEndpoint> | undefined): Endpoint | undefined {
    const next = this.#heap[0];
    if (next === undefined || !tried?.has(next.endpoint)) return this.#take();
    const aside: Entry<Endpoint>[] = [];
    for (let top = this.#heap[0]; top !== undefined && tried.has(top.endpoint); ) {
      aside.push(top);
      const last = this.#heap.pop();
      if (last !== undefined && last !== top) this.#sinkFromTop(last);
      top = this.#heap[0];
    }
    const picked = this.#take();
    for (const entry of aside) this.#rise(entry);
    return picked ?? this.#take();
  }

  #take(): Endpoint | undefined {
    const entry = this.#heap[0];
    if (entry === undefined) return undefined;
    // Never back: one that was passed over as tried stands before the present turn.
    this.#now = Math.max(this.#now, entry.turn);
    entry.turn = this.#now + 1 / this.#weightOf(entry.endpoint);
    this.#sinkFromTop(entry);
    return entry.endpoint;
  }

  #sinkFromTop(entry: Entry<Endpoint>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && right.turn < left.turn;
      const child = isRight ? right : left;
      if (child.turn >= entry.turn) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = entry;
  }

  #rise(entry: Entry<Endpoint>): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.turn <= entry.turn) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }
}
