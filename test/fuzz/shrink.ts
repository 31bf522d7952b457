/** Values like `value` with something taken away, the largest parts first. */
function* smaller(value: unknown): Generator<unknown> {
  if (typeof value === "string") {
    for (const [from, to] of parts(value.length)) yield value.slice(0, from) + value.slice(to);
  } else if (Array.isArray(value)) {
    yield* smallerList(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      for (const less of smaller(child)) yield { ...value, [key]: less };
    }
  } else if (typeof value === "number" && value !== 0) {
    yield 0;
    if (Math.abs(value) > 1) yield Math.trunc(value / 2);
  } else if (value === true) {
    yield false;
  }
}

function* smallerList(list: readonly unknown[]): Generator<unknown> {
  for (const [from, to] of parts(list.length)) yield [...list.slice(0, from), ...list.slice(to)];
  for (const [index, child] of list.entries()) {
    for (const less of smaller(child)) yield list.with(index, less);
  }
}

/** All of a length, then its halves, quarters and so on down to single places. */
function* parts(length: number): Generator<readonly [number, number]> {
  for (let size = length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < length; from += size) yield [from, Math.min(from + size, length)];
  }
}

/**
 * The smallest value found for which `fails` still holds; `value` itself fails. `tries` bounds the work, as
 * each try may be a request.
 */
export async function shrink<T>(
  value: T,
  fails: (candidate: T) => Promise<boolean>,
  tries: number,
): Promise<T> {
  let best = value;
  let left = tries;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of smaller(best)) {
      if (left-- <= 0) return best;
      if (!(await fails(candidate as T))) continue;
      best = candidate as T;
      found = true;
      break;
    }
  }
  return best;
}
