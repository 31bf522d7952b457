import type { Clock, Result } from "../../base/index.ts";
import type { Exchange } from "../../exchange/index.ts";
import type { Guard, JsonReader, MissingRequired, WireWriter } from "../../protojson/index.ts";
import type { Call, Failure, RpcMethod } from "../../rpc/index.ts";
import type { SampledTimer } from "../../telemetry/index.ts";
import type { RestOptions } from "./options.ts";
import type { PathVariable } from "./path-values.ts";
import type { QueryRules } from "./query.ts";
import type { RequestHeadReader } from "./request-head.ts";
import type { MaskFiller } from "./update-mask.ts";

/** Writes the parts of a multipart/form-data body as fields; a failure says what is wrong. */
export type MultipartBinder = (
  bytes: Uint8Array,
  contentType: string,
  out: WireWriter,
) => Failure | undefined;

/** How a request body becomes part of the message. */
export interface BodyRule {
  readonly reader: JsonReader;
  /** Refuses a body that gives a path-bound field another value; undefined when the body has none of them. */
  readonly guard: Guard | undefined;
  /** How a form body is read; undefined when the body is no message. */
  readonly form: QueryRules | undefined;
  /** How a body of parts is read; undefined when the body is no message. */
  readonly multipart: MultipartBinder | undefined;
  /** The body is a google.api.HttpBody, which takes the bytes as they are. */
  readonly isHttpBody: boolean;
  /** Number of the field that the body is; 0 for the whole message. */
  readonly fieldNumber: number;
  /** Whether the body is a field that holds a message: no bytes at all are then that message, empty. */
  readonly isMessageField: boolean;
  /** Fills the field mask of a PATCH that has none; undefined where that is not wanted. */
  readonly fillMask: MaskFiller | undefined;
  /** The answer to a `content-type` that is not taken. */
  readonly unsupportedType: Failure;
}

/** What a request is opened by. */
export interface OpenRules {
  readonly method: RpcMethod;
  readonly variables: readonly PathVariable[];
  readonly query: QueryRules;
  readonly body: BodyRule | undefined;
  /** Finds a required field that the message lacks, whatever it was made of; undefined where none is required. */
  readonly findMissing: ((wire: Uint8Array) => MissingRequired | undefined) | undefined;
  readonly readHead: RequestHeadReader;
  readonly options: RestOptions;
  readonly clock: Clock;
  /** Times the making of messages. */
  readonly timer: SampledTimer;
}

/** Exchange → call. */
export type Opener = (
  exchange: Exchange,
  captures: readonly string[],
) => Result<Call, Failure> | Promise<Result<Call, Failure>>;
