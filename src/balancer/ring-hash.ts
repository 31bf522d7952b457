import { hashText, type Random } from "../base/index.ts";
import type { BalancedEndpoint, PickContext, Picker, Policy, PolicySetup } from "./policy.ts";

/**
 * The same endpoint for the same key: each has points on a ring by its key and weight, and a call goes to the
 * first point after its own hash (ketama; gRFC A42). One that goes or comes moves its own keys only. Calls without
 * a key go anywhere.
 */
export const ringHash: Policy = {
  connects: "all",
  usesHashKey: true,
  create: <Endpoint extends BalancedEndpoint>(setup: PolicySetup) => new RingHash<Endpoint>(setup),
};

/** A point is hash × this + the owner's index: one number, so that the ring sorts as fast as numbers do. */
const owners = 2 ** 21;

/** As `point % owners`, ten times as fast: the remainder of numbers above 32 bits is a loop in C. */
function ownerOf(point: number): number {
  return point - Math.floor(point / owners) * owners;
}

class RingHash<Endpoint extends BalancedEndpoint> implements Picker<Endpoint> {
  readonly #random: Random;
  readonly #minimumSize: number;
  readonly #maximumSize: number;
  /** In the order of their keys, so that every gateway has the same ring. */
  #members: readonly Endpoint[] = [];
  /** What the ring was made of. */
  #shape = "";
  /** Points of all members, sorted. */
  #ring = new Float64Array();
  /** Those of them whose owners are usable. */
  #points = new Float64Array();
  #usable: readonly Endpoint[] = [];

  constructor({ random, options }: PolicySetup) {
    this.#random = random;
    this.#minimumSize = options.minimumRingSize;
    this.#maximumSize = options.maximumRingSize;
  }

  update(usable: readonly Endpoint[], members: readonly Endpoint[]): void {
    this.#members = members.toSorted((a, b) => (a.key < b.key ? -1 : 1)).slice(0, owners);
    const shape = this.#members.map(({ key, weight }) => `${key} ${weight}`).join("\n");
    if (shape !== this.#shape) {
      this.#ring = this.#compile();
      this.#shape = shape;
    }
    const all = new Set(usable);
    const isUsable = this.#members.map((member) => all.has(member));
    // The ring is made of all members: readiness then changes nobody's points, and no point is hashed again.
    this.#points = this.#ring.filter((point) => isUsable[ownerOf(point)] === true);
    this.#usable = usable;
  }

  pick({ hashKey, tried }: PickContext): Endpoint | undefined {
    const points = this.#points;
    if (points.length === 0) return undefined;
    const hash = hashKey === undefined ? this.#random() * 2 ** 32 : hashText(hashKey);
    let at = this.#indexAfter(hash);
    const first = this.#ownerAt(at);
    if (tried === undefined || first === undefined || !tried.has(first)) return first;
    // Only then can all of them have been tried, and only few are looked at to know.
    if (this.#usable.length <= tried.size && this.#usable.every((each) => tried.has(each))) {
      return first;
    }
    for (let steps = points.length - 1; steps > 0; steps--) {
      at = at + 1 < points.length ? at + 1 : 0;
      const other = this.#ownerAt(at);
      if (other !== undefined && !tried.has(other)) return other;
    }
    return first;
  }

  #ownerAt(index: number): Endpoint | undefined {
    return this.#members[ownerOf(this.#points[index] ?? 0)];
  }

  /** The first point at or after `hash`, around the end. */
  #indexAfter(hash: number): number {
    const points = this.#points;
    const sought = hash * owners;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle] ?? 0) < sought) low = middle + 1;
      else high = middle;
    }
    return low < points.length ? low : 0;
  }

  #compile(): Float64Array<ArrayBuffer> {
    const total = this.#members.reduce((sum, { weight }) => sum + weight, 0);
    // By weight and not by share, so that the others keep their points when one comes or goes.
    const scale = Math.min(this.#minimumSize, this.#maximumSize / total);
    const counts = this.#members.map(({ weight }) => Math.max(1, Math.round(scale * weight)));
    const ring = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
    let next = 0;
    for (const [index, { key }] of this.#members.entries()) {
      for (let point = 0; point < (counts[index] ?? 0); point++) {
        ring[next++] = hashText(`${key}_${point}`) * owners + index;
      }
    }
    return ring.sort();
  }
}
