import { hashText, type Random } from "../base/index.ts";
import { firstUntried } from "./first-untried.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";

/**
 * The same endpoint for the same key, by a table that endpoints fill in turn, each in its own order (Eisenbud et
 * al., Maglev, NSDI 2016, §3.4; weights as Envoy). Shares are more even than ring_hash's and a pick is faster; when
 * one goes or comes a few more keys move than its own. Calls without a key go anywhere.
 */
export const maglev: Policy = {
  connects: "all",
  usesHashKey: true,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) => new Maglev<Endpoint>(setup),
};

const offsetSeed = 0x6d61676c;
const skipSeed = 0x65760000;
const retrySeed = 0x72657472;
/** How often a key is hashed anew for an endpoint that was not tried, before any that was not is taken. */
const mostRehashes = 8;

class Maglev<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  readonly #size: number;
  /** In the order of their keys, so that every gateway has the same table. */
  #usable: readonly Endpoint[] = [];
  /** What the table was made of. */
  #shape = "";
  /** Indexes into `#usable`. */
  #table = new Int32Array();

  constructor({ random, options }: PolicySetup) {
    this.#random = random;
    this.#size = options.tableSize;
  }

  update(usable: readonly Endpoint[]): void {
    this.#usable = usable.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const shape = this.#usable.map(({ key, weight }) => `${key} ${weight}`).join("\n");
    if (shape === this.#shape) return;
    this.#table = compileTable(this.#usable, this.#size);
    this.#shape = shape;
  }

  pick({ hashKey, tried }: PickContext): Endpoint | undefined {
    if (this.#usable.length === 0) return undefined;
    const hash = hashKey === undefined ? Math.floor(this.#random() * 2 ** 32) : hashText(hashKey);
    const picked = this.#ownerOf(hash);
    if (tried === undefined || picked === undefined || !tried.has(picked)) return picked;
    let again = hash;
    for (let round = 0; round < mostRehashes; round++) {
      // Hashed anew, so that the keys of one that fails spread over all others.
      again = hashText(String(again), retrySeed);
      const other = this.#ownerOf(again);
      if (other !== undefined && !tried.has(other)) return other;
    }
    const other = firstUntried(this.#usable, again % this.#usable.length, tried);
    return other === undefined || tried.has(other) ? picked : other;
  }

  #ownerOf(hash: number): Endpoint | undefined {
    // Said to be unsigned, or the remainder is one of floating point: a loop in C.
    return this.#usable[this.#table[(hash >>> 0) % (this.#size >>> 0)] ?? 0];
  }
}

/** Which endpoint has each entry: in every round those whose weight allows it take their next free one. */
function compileTable(
  endpoints: readonly BalancedEndpoint[],
  size: number,
): Int32Array<ArrayBuffer> {
  const table = new Int32Array(size).fill(-1);
  const count = endpoints.length;
  if (count === 0) return table;
  const heaviest = endpoints.reduce((most, { weight }) => Math.max(most, weight), 0);
  const next = Int32Array.from(endpoints, ({ key }) => hashText(key, offsetSeed) % size);
  const skip = Int32Array.from(endpoints, ({ key }) => 1 + (hashText(key, skipSeed) % (size - 1)));
  const rate = Float64Array.from(endpoints, ({ weight }) => weight / heaviest);
  const credit = new Float64Array(count);
  let free = size;
  for (;;) {
    for (let index = 0; index < count; index++) {
      const earned = (credit[index] ?? 0) + (rate[index] ?? 0);
      if (earned < 1) {
        credit[index] = earned;
        continue;
      }
      credit[index] = earned - 1;
      const at = nextFree(table, next[index] ?? 0, skip[index] ?? 1);
      table[at] = index;
      next[index] = at;
      free--;
      if (free === 0) return table;
    }
  }
}

/** From `start` on in steps of `step`, which pass every entry because the size is a prime. */
function nextFree(table: Int32Array, start: number, step: number): number {
  const size = table.length;
  let at = start;
  while (table[at] !== -1) at = at + step < size ? at + step : at + step - size;
  return at;
}
