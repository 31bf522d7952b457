import type { DescField, DescMessage, Registry } from "@bufbuild/protobuf";
import { createPlanCompiler } from "./compile-plan.ts";
import { JsonSink } from "./json-sink.ts";
import { writeMessage } from "./one-pass.ts";
import type { JsonWriteOptions } from "./options.ts";
import { makePretty } from "./pretty.ts";
import { writeOneField, writeThoroughly } from "./thorough.ts";
import { outcome, WriteState } from "./write-state.ts";

/** Why the bytes of a message have no JSON. */
export interface WireProblem {
  /** What is wrong, without the place: `truncated varint`. */
  readonly message: string;
  /** Where in the message, as in `items[2].price`; empty for the message itself. */
  readonly path: string;
}

/** Writes messages of one type, or one field of them. */
export interface JsonWriter {
  /**
   * Appends the JSON of the message whose wire bytes are `start` to `end` of `wire`. On a problem, which is
   * returned and never thrown, the sink is as it was before.
   */
  write(wire: Uint8Array, start: number, end: number, out: JsonSink): WireProblem | undefined;
}

/** The writers of one schema under one set of options. */
export interface JsonWriters {
  /** Writes whole messages of a type. Compiled once; compile on load. */
  message(desc: DescMessage): JsonWriter;
  /**
   * Writes the value of one field of the message whose bytes are given, which `response_body` asks for. A field
   * that is not there is its default: 0, "", false, [], {}, the first enum value, null for a message.
   */
  field(desc: DescField): JsonWriter;
}

type Attempt = (state: WriteState, start: number, end: number) => number;

/**
 * Compiles writers from protobuf wire bytes to ProtoJSON (protobuf.dev, "ProtoJSON Format"). Fields print by
 * number, extensions behind them; map entries in the order they came.
 */
export function createJsonWriters(registry: Registry, options: JsonWriteOptions): JsonWriters {
  const compiler = createPlanCompiler(registry, options);
  const state = new WriteState(
    new JsonSink(),
    options.maxDepth,
    options.unknownAny === "base64",
    writeThoroughly,
    (typeName) => {
      const desc = registry.getMessage(typeName);
      return desc === undefined ? undefined : compiler.plan(desc);
    },
  );
  const writerOf = (attempt: Attempt): JsonWriter => ({
    write: (wire, start, end, out) => {
      const mark = out.length;
      const problem = writeOrExplain(state, attempt, wire, start, end, out);
      if (problem === undefined && options.pretty) makePretty(out, mark);
      return problem;
    },
  });
  return {
    message: (desc) => {
      const plan = compiler.plan(desc);
      return writerOf((current, _start, end) => writeMessage(current, plan, end, 0, 1));
    },
    field: (desc) => {
      const plan = compiler.plan(desc.parent);
      const field = plan.fields.find((candidate) => candidate.number === desc.number);
      if (field === undefined) throw new Error(`${desc.toString()} is not in its message`);
      return writerOf((current, start, end) => writeOneField(current, plan, field, start, end));
    },
  };
}

function writeOrExplain(
  state: WriteState,
  attempt: Attempt,
  wire: Uint8Array,
  start: number,
  end: number,
  out: JsonSink,
): WireProblem | undefined {
  const mark = out.length;
  state.begin(wire, start, end, out, false);
  if (attempt(state, start, end) === outcome.done) return undefined;
  // What failed may be a value that a later one replaces: only the thorough run decides, and knows the place.
  out.length = mark;
  state.begin(wire, start, end, out, true);
  if (attempt(state, start, end) === outcome.done) return undefined;
  out.length = mark;
  return { message: state.reader.problem, path: state.path };
}
