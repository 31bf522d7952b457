import { ok, type Result } from "../../base/index.ts";
import { WireWriter } from "../../protojson/index.ts";
import {
  type Envelope,
  envelopePrefixBytes,
  type Failure,
  type MessageStream,
  sealEnvelope,
} from "../../rpc/index.ts";
import type { BodySource } from "./body-source.ts";
import { writeHttpBody } from "./http-body.ts";

/** What the messages of an upload are made of. */
export interface RawRules {
  /** What path and query say; it begins the first message. */
  readonly first: Uint8Array;
  /** Sent with the first message alone (google/api/httpbody.proto). */
  readonly contentType: string;
  /** Number of the field that the google.api.HttpBody is; 0 for the message itself. */
  readonly fieldNumber: number;
}

/** Largest message of an upload (transcoding.md §6). */
const messageBytes = 1024 * 1024;

const nothing = new Uint8Array(0);

const writer = new WireWriter();

/** The bytes of a body as google.api.HttpBody messages: what has come is sent on, in parts of at most 1 MiB. */
export class RawMessages implements MessageStream {
  readonly #source: BodySource;
  readonly #rules: RawRules;
  #isFirst = true;
  #hasEnded = false;
  #rest: Uint8Array = nothing;

  constructor(source: BodySource, rules: RawRules) {
    this.#source = source;
    this.#rules = rules;
  }

  async next(): Promise<Result<Envelope | undefined, Failure>> {
    while (this.#rest.length === 0 && !this.#hasEnded) {
      const piece = await this.#source.next();
      if (!piece.ok) return piece;
      if (piece.value === undefined) this.#hasEnded = true;
      else this.#rest = piece.value;
    }
    return ok(this.#take());
  }

  poll(): Envelope | undefined {
    return this.#rest.length === 0 ? undefined : this.#take();
  }

  cancel(): void {
    this.#hasEnded = true;
    this.#isFirst = false;
    this.#rest = nothing;
    this.#source.cancel();
  }

  /** The next message; an upload of no bytes is one message without data. */
  #take(): Envelope | undefined {
    if (this.#rest.length === 0 && !this.#isFirst) return undefined;
    const data = this.#rest.subarray(0, messageBytes);
    this.#rest = this.#rest.subarray(data.length);
    writer.reset(envelopePrefixBytes);
    if (this.#isFirst) writer.bytes(this.#rules.first);
    const contentType = this.#isFirst ? this.#rules.contentType : "";
    this.#isFirst = false;
    writeHttpBody({ contentType, data }, this.#rules.fieldNumber, writer);
    return sealEnvelope(writer.finish());
  }
}
