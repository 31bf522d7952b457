import type { WriteState } from "./write-state.ts";

// Up to here, comparing with each earlier key costs less than a set.
const fewKeys = 12;

/**
 * Notes the key that was written to the sink since `start`, and says whether the map, whose first key is number
 * `first` of the notes, has it already.
 */
export function isKeyRepeated(state: WriteState, first: number, start: number): boolean {
  const end = state.sink.length;
  const count = state.keyCount;
  if (state.keys.length < count * 2 + 2) {
    const wider = new Int32Array(state.keys.length * 2);
    wider.set(state.keys);
    state.keys = wider;
  }
  const { keys } = state;
  keys[count * 2] = start;
  keys[count * 2 + 1] = end;
  state.keyCount = count + 1;
  if (count - first >= fewKeys) return isInSet(state, first, count);
  for (let i = first; i < count; i++) {
    const earlier = keys[i * 2] as number;
    if ((keys[i * 2 + 1] as number) - earlier !== end - start) continue;
    if (isSame(state, earlier, start, end)) return true;
  }
  return false;
}

/** The same with a set, which is filled when the first key comes that is too many to compare. */
function isInSet(state: WriteState, first: number, last: number): boolean {
  let set = state.keySets.get(first);
  if (set === undefined || last - first === fewKeys) {
    set = new Set();
    state.keySets.set(first, set);
    for (let i = first; i < last; i++) set.add(keyText(state, i));
  }
  const text = keyText(state, last);
  if (set.has(text)) return true;
  set.add(text);
  return false;
}

function keyText(state: WriteState, index: number): string {
  return state.sink.buffer.toString("latin1", state.keys[index * 2], state.keys[index * 2 + 1]);
}

function isSame(state: WriteState, earlier: number, start: number, end: number): boolean {
  const buffer = state.sink.buffer;
  // From the end: keys that are counted up differ there.
  for (let i = end - 1, j = earlier + end - start - 1; i >= start; i--, j--) {
    if (buffer[i] !== buffer[j]) return false;
  }
  return true;
}
