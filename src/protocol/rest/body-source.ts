import { createGunzip, createInflate } from "node:zlib";
import { err, ok, type Result } from "../../base/index.ts";
import type { BodyProblem, BodyReader } from "../../exchange/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";
import { brokenBody } from "./body.ts";
import { corruptEncoding, unsupportedEncoding } from "./content-encoding.ts";

/** The pieces of a request body as the client meant them: without `content-encoding`. */
export interface BodySource {
  /** The next piece; undefined after the last one. */
  next(): Promise<Result<Uint8Array | undefined, Failure>>;
  cancel(): void;
}

/** Undoes the `content-encoding` of a body that is read while it comes. */
export function openSource(
  open: () => BodyReader,
  encoding: string | undefined,
): Result<BodySource, Failure> {
  const name = (encoding ?? "identity").trim().toLowerCase();
  switch (name) {
    case "identity":
    case "":
      return ok(plainSource(open()));
    case "gzip":
    case "x-gzip":
      return ok(new DecodedSource(open(), createGunzip()));
    case "deflate":
      return ok(new DecodedSource(open(), createInflate()));
    default:
      return err(unsupportedEncoding);
  }
}

function plainSource(body: BodyReader): BodySource {
  return {
    next: () => body.next().then((piece) => (piece.ok ? piece : err(unreadable(piece.error)))),
    cancel: () => body.cancel(),
  };
}

function unreadable(problem: BodyProblem): Failure {
  // A stream has no time in which it must have come whole: its client has been silent for limits.stream_idle.
  return problem === "tooSlow" ? idle : brokenBody("incomplete");
}

const idle = gatewayFailure("STREAM_IDLE", "nothing came from the client for too long");

type Decoder = ReturnType<typeof createGunzip>;

/** A body on its way through a decoder: one piece goes in, and what comes of it goes out before the next one. */
class DecodedSource implements BodySource {
  readonly #body: BodyReader;
  readonly #decoder: Decoder;
  readonly #output: AsyncIterator<Uint8Array>;
  #failure: Failure | undefined = undefined;
  #sentBytes = 0;
  /** The body has ended without a byte. */
  #isEmpty = false;

  constructor(body: BodyReader, decoder: Decoder) {
    this.#body = body;
    this.#decoder = decoder;
    this.#output = decoder[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    void this.#feed();
  }

  async next(): Promise<Result<Uint8Array | undefined, Failure>> {
    try {
      const piece = await this.#output.next();
      if (this.#failure !== undefined) return err(this.#failure);
      if (this.#isEmpty) return ok(undefined);
      if (piece.done !== true) return ok(piece.value);
      // What stands behind the end of the compressed data is nobody's.
      return this.#decoder.bytesWritten === this.#sentBytes ? ok(undefined) : err(corruptEncoding);
    } catch {
      if (this.#isEmpty) return ok(undefined);
      return err(this.#failure ?? corruptEncoding);
    }
  }

  cancel(): void {
    this.#body.cancel();
    this.#decoder.destroy();
  }

  async #feed(): Promise<void> {
    const decoder = this.#decoder;
    decoder.on("error", () => this.#body.cancel());
    for (;;) {
      const piece = await this.#body.next();
      if (!piece.ok) {
        this.#failure = unreadable(piece.error);
        decoder.destroy();
        return;
      }
      if (piece.value === undefined) {
        // No bytes at all are an empty body, not a truncated one.
        this.#isEmpty = this.#sentBytes === 0;
        if (this.#isEmpty) decoder.destroy();
        else decoder.end();
        return;
      }
      if (decoder.destroyed) return;
      this.#sentBytes += piece.value.length;
      if (!decoder.write(piece.value)) await writable(decoder);
    }
  }
}

function writable(decoder: Decoder): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      decoder.off("drain", finish).off("close", finish);
      resolve();
    };
    decoder.on("drain", finish).on("close", finish);
  });
}
