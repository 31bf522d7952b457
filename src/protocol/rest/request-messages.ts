import { err, ok, type Result } from "../../base/index.ts";
import type { JsonProblem } from "../../protojson/index.ts";
import {
  type Envelope,
  type Failure,
  gatewayFailure,
  type MessageStream,
} from "../../rpc/index.ts";
import type { BodySource } from "./body-source.ts";
import { jsonFailure } from "./json-failure.ts";
import {
  type JsonElement,
  type JsonLayout,
  JsonSplitter,
  type SplitProblem,
} from "./json-splitter.ts";

type NextMessage = Result<Envelope | undefined, Failure>;

/** Makes the message of one element; `isFirst` asks for the bindings of path and query in it. */
export type ElementReader = (json: Uint8Array, isFirst: boolean) => Result<Envelope, JsonProblem>;

/** What the messages of a client's stream are made by. */
export interface MessageRules {
  readonly layout: JsonLayout;
  /** Largest element in bytes. */
  readonly maxBytes: number;
  readonly read: ElementReader;
  /** Whether the path or the query says something, so that a body without elements is still one message. */
  readonly hasBindings: boolean;
}

/** The messages of a client's stream: each is sent on as its element closes (transcoding.md §6). */
export class RequestMessages implements MessageStream {
  readonly #source: BodySource;
  readonly #rules: MessageRules;
  readonly #splitter: JsonSplitter;
  /** Found while asking for what is at hand, where there is no place for it. */
  #failure: NextMessage | undefined = undefined;
  #hasEnded = false;

  constructor(source: BodySource, rules: MessageRules) {
    this.#source = source;
    this.#rules = rules;
    this.#splitter = new JsonSplitter(rules.layout, rules.maxBytes);
  }

  async next(): Promise<NextMessage> {
    while (this.#failure === undefined && !this.#hasEnded) {
      const cut = this.#splitter.next();
      if (cut !== undefined) return this.#read(cut);
      const piece = await this.#source.next();
      if (!piece.ok) return this.#fail(piece.error);
      if (piece.value === undefined) return this.#finish();
      this.#splitter.push(piece.value);
    }
    return this.#failure ?? ok(undefined);
  }

  poll(): Envelope | undefined {
    if (this.#failure !== undefined || this.#hasEnded) return undefined;
    const cut = this.#splitter.next();
    if (cut === undefined) return undefined;
    const next = this.#read(cut);
    return next.ok ? next.value : undefined;
  }

  cancel(): void {
    this.#hasEnded = true;
    this.#source.cancel();
  }

  #read(cut: JsonElement | SplitProblem): NextMessage {
    if (!("bytes" in cut)) return this.#fail(splitFailure(cut));
    const read = this.#rules.read(cut.bytes, cut.index === 0);
    return read.ok ? read : this.#fail(elementFailure(read.error, cut));
  }

  #finish(): NextMessage {
    this.#hasEnded = true;
    const last = this.#splitter.finish();
    if (last !== undefined) return this.#read(last);
    if (this.#splitter.count > 0 || !this.#rules.hasBindings) return ok(undefined);
    const bound = this.#rules.read(new Uint8Array(0), true);
    return bound.ok ? bound : this.#fail(jsonFailure(bound.error));
  }

  #fail(failure: Failure): NextMessage {
    this.#failure = err(failure);
    this.#source.cancel();
    return this.#failure;
  }
}

function splitFailure(problem: SplitProblem): Failure {
  const message = `${problem.message} (line ${problem.line}, column ${problem.column})`;
  return gatewayFailure(problem.kind === "tooLarge" ? "BODY_TOO_LARGE" : "INVALID_JSON", message);
}

/** What is wrong with an element, told of the whole body: its index first, its place in all lines. */
function elementFailure(problem: JsonProblem, element: JsonElement): Failure {
  const index = `[${element.index}]`;
  return jsonFailure({
    ...problem,
    path:
      problem.path === "" || problem.path.startsWith("[")
        ? index + problem.path
        : `${index}.${problem.path}`,
    line: problem.line + element.line - 1,
    column: problem.line === 1 ? problem.column + element.column - 1 : problem.column,
  });
}
