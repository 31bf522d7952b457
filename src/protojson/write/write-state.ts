import { WireReader } from "../wire-reader.ts";
import type { JsonSink } from "./json-sink.ts";
import type { MessagePlan } from "./plan.ts";

/** How an attempt to write a value ended. */
export const outcome = {
  /** Written. */
  done: 0,
  /** The bytes are not in the order, or not of the form, that one pass can write; nothing is decided yet. */
  surprise: 1,
  /** The bytes have no JSON. */
  failed: 2,
} as const;

/** Writes a message whose fields may come in any order and more than once. */
export type ThoroughWriter = (
  state: WriteState,
  plan: MessagePlan,
  start: number,
  end: number,
  depth: number,
) => number;

/** Everything that changes while a message is written; one object serves all messages of a set of writers. */
export class WriteState {
  readonly reader: WireReader = new WireReader();
  sink: JsonSink;
  readonly maxDepth: number;
  readonly keepsUnknownAny: boolean;
  readonly thoroughly: ThoroughWriter;
  /** The plan of a type by its full name, for Any. */
  readonly planNamed: (typeName: string) => MessagePlan | undefined;
  /** Whether even what could be written in one pass takes the thorough way. */
  isThorough = false;
  /** Bytes that may yet be written again, so that nested surprises cannot multiply the work. */
  rewriteBudget = 0;
  /** Where the value is that failed; filled from the inside out, in the thorough run only. */
  path = "";
  /** Where the keys of the maps that are being written lie in the sink: start and end of each. */
  keys: Int32Array = new Int32Array(64);
  keyCount = 0;
  /** The keys of maps that are long, by the number of their first key. */
  readonly keySets: Map<number, Set<string>> = new Map();

  constructor(
    sink: JsonSink,
    maxDepth: number,
    keepsUnknownAny: boolean,
    thoroughly: ThoroughWriter,
    planNamed: (typeName: string) => MessagePlan | undefined,
  ) {
    this.sink = sink;
    this.maxDepth = maxDepth;
    this.keepsUnknownAny = keepsUnknownAny;
    this.thoroughly = thoroughly;
    this.planNamed = planNamed;
  }

  /** Begins a message. */
  begin(wire: Uint8Array, start: number, end: number, sink: JsonSink, isThorough: boolean): void {
    this.sink = sink;
    this.reader.reset(wire, start);
    this.isThorough = isThorough;
    this.rewriteBudget = end - start + 1024;
    this.path = "";
    this.keyCount = 0;
    if (this.keySets.size > 0) this.keySets.clear();
  }

  /** Ends the attempt with a problem that is not one of the wire format. */
  refuse(problem: string): number {
    this.reader.problem = problem;
    return outcome.failed;
  }

  /** Puts the name of a field before the path of the problem inside it. */
  inside(name: string): number {
    const isBare = this.path === "" || this.path.startsWith("[");
    this.path = isBare ? name + this.path : `${name}.${this.path}`;
    return outcome.failed;
  }
}
