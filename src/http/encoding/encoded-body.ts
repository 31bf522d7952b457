import type { BodyStream } from "../../exchange/index.ts";
import type { Coding, CodingStream } from "./codings.ts";

/** A body that is compressed while it is made: each piece is flushed, so that no message waits for the next. */
export class EncodedBody implements BodyStream {
  readonly #body: BodyStream;
  readonly #stream: CodingStream;
  #output: Buffer[] = [];
  #hasEnded = false;

  constructor(body: BodyStream, coding: Coding) {
    this.#body = body;
    this.#stream = coding.createStream();
    this.#stream.on("data", (bytes: Buffer) => this.#output.push(bytes));
    // A destroyed stream has nothing to say that its reader does not know.
    this.#stream.on("error", () => undefined);
  }

  get code(): number {
    return this.#body.code;
  }

  async next(): Promise<Uint8Array | "end" | "cut"> {
    while (!this.#hasEnded) {
      const piece = await this.#body.next();
      if (piece === "cut") {
        this.#close();
        return "cut";
      }
      if (piece === "end") await this.#finish();
      else await this.#encode(piece);
      const output = this.#take();
      if (output.length > 0) return output;
    }
    return "end";
  }

  cancel(): void {
    this.#close();
    this.#body.cancel();
  }

  #encode(piece: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.write(piece);
      this.#stream.flush(() => {
        this.#stream.off("close", resolve);
        resolve();
      });
    });
  }

  #finish(): Promise<void> {
    this.#hasEnded = true;
    return new Promise((resolve) => {
      this.#stream.once("end", resolve).once("close", resolve);
      this.#stream.end();
    });
  }

  #take(): Buffer {
    const output = this.#output;
    this.#output = [];
    return output.length === 1 && output[0] ? output[0] : Buffer.concat(output);
  }

  #close(): void {
    this.#hasEnded = true;
    this.#stream.destroy();
  }
}
