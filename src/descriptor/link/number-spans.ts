import type { Message } from "@bufbuild/protobuf";

/** A range of numbers, both ends included, and the declaration that made it. */
export interface NumberSpan {
  readonly first: number;
  readonly last: number;
  /** How a sentence calls numbers in it: "reserved", "for extensions". */
  readonly kind: string;
  readonly proto: Message;
}

/** The first two spans that share a number, in the order of their numbers. */
export function findOverlap(
  spans: readonly NumberSpan[],
): readonly [NumberSpan, NumberSpan] | undefined {
  const sorted = spans.toSorted((a, b) => a.first - b.first);
  for (const [index, span] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && next.first <= span.last) return [span, next];
  }
  return undefined;
}
