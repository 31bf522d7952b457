import type { Metadata } from "@grpc/grpc-js";

/** A message whose type is known at run time alone. */
export type Dynamic = Record<string, unknown>;

/** What a unary handler learns of its call beside the message. */
export interface CallContext {
  readonly metadata: Metadata;
  /** Milliseconds left; undefined without a deadline. */
  readonly timeLeftMs: number | undefined;
}

/** Unary handlers by method name. A thrown ServiceError fails the call. */
export type Handlers = Readonly<
  Record<string, (request: Dynamic, context: CallContext) => Dynamic | Promise<Dynamic>>
>;
