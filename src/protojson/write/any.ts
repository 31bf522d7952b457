import { malformed } from "../wire-reader.ts";
import { writeBase64 } from "./base64.ts";
import { literal } from "./literal.ts";
import { type MessagePlan, messageShape } from "./plan.ts";
import { writeText } from "./text.ts";
import { outcome, type WriteState } from "./write-state.ts";

type NestedWriter = (
  state: WriteState,
  plan: MessagePlan,
  end: number,
  group: number,
  depth: number,
) => number;

/** Where the two fields of an Any lie: their values' starts, -1 for none, and the ends of their messages. */
interface AnyFields {
  readonly first: number;
  readonly firstEnd: number;
  readonly second: number;
  readonly secondEnd: number;
}

const comma = 0x2c;
const closeBrace = 0x7d;
const openBrace = 0x7b;
const typeKey = literal('{"@type":');
const valueKey = literal(',"value":');
const untyped = "the Any has a value but no type";

/**
 * Writes an Any: `{"@type": url, ...fields}`, or `{"@type": url, "value": form}` for a type with a JSON form of
 * its own (any.proto, "JSON"), or `{}` where neither a type nor a value is set. The type is what follows the last
 * slash; nothing is ever fetched.
 */
export function writeAny(
  state: WriteState,
  found: AnyFields,
  nested: NestedWriter,
  depth: number,
): number {
  const { reader, sink } = state;
  const urlLength = lengthAt(state, found.first, found.firstEnd);
  const urlStart = reader.position;
  if (urlLength === 0 && lengthAt(state, found.second, found.secondEnd) === 0) {
    sink.byte(openBrace);
    sink.byte(closeBrace);
    return outcome.done;
  }
  sink.literal(typeKey);
  writeText(sink, reader.bytes, urlStart, urlStart + urlLength);
  const afterType = sink.length;
  const plan = planOf(state, urlStart, urlStart + urlLength);
  const valueLength = lengthAt(state, found.second, found.secondEnd);
  const valueStart = reader.position;
  const valueEnd = valueStart + valueLength;
  let result: number = outcome.failed;
  if (plan !== undefined) result = writePayload(state, plan, valueEnd, nested, depth);
  else state.refuse(urlLength === 0 ? untyped : "the type of the Any is not known");
  if (result === outcome.done || !isReplaceable(state, plan)) return result;
  reader.problem = "";
  state.path = "";
  sink.length = afterType;
  sink.literal(valueKey);
  writeBase64(sink, reader.bytes, valueStart, valueEnd);
  sink.byte(closeBrace);
  return outcome.done;
}

// Bytes that are not of the type they claim are known only from the thorough run: what one pass could not write
// may still be right.
function isReplaceable(state: WriteState, plan: MessagePlan | undefined): boolean {
  return state.keepsUnknownAny && (plan === undefined || state.isThorough);
}

function lengthAt(state: WriteState, position: number, end: number): number {
  if (position < 0) return 0;
  state.reader.position = position;
  const length = state.reader.length(end);
  return length === malformed ? 0 : length;
}

function planOf(state: WriteState, start: number, end: number): MessagePlan | undefined {
  const url = Buffer.from(state.reader.bytes.buffer, state.reader.bytes.byteOffset).toString(
    "utf8",
    start,
    end,
  );
  return state.planNamed(url.slice(url.lastIndexOf("/") + 1));
}

function writePayload(
  state: WriteState,
  plan: MessagePlan,
  end: number,
  nested: NestedWriter,
  depth: number,
): number {
  const sink = state.sink;
  const hasForm = plan.shape !== messageShape.ordinary;
  if (hasForm) sink.literal(valueKey);
  const start = sink.length;
  const result = nested(state, plan, end, 0, depth + 1);
  if (result !== outcome.done) return result;
  if (hasForm) sink.byte(closeBrace);
  else if (sink.length === start + 2) {
    // `{}`: its closing brace closes the Any.
    sink.buffer[start] = closeBrace;
    sink.length = start + 1;
  } else sink.buffer[start] = comma;
  return outcome.done;
}
