import type { Clock, Result, Timer } from "../../base/index.ts";
import { sameEndpoints } from "./same-endpoints.ts";
import type { EndpointSource, EndpointSpec, SourceEvents } from "./source.ts";

/** What a file of endpoints is read by. */
export interface FileSourceOptions {
  readonly path: string;
  /** Gives the text of the file; rejects when there is none. */
  readonly readText: (path: string) => Promise<string>;
  /** Reads the text; an error names the place. */
  readonly parse: (text: string) => Result<readonly EndpointSpec[], string>;
  readonly clock: Clock;
}

// The file is asked for its content: a watch misses the swapped symlinks of a ConfigMap, and file systems that do
// not tell.
const pollMs = 1000;

/**
 * The endpoints of a file, read again when it changes. A text counts once it has stood for two looks, so that a file
 * that is being written is not taken half; one that is gone or wrong leaves what was good.
 */
export class FileSource implements EndpointSource {
  readonly name: string;
  readonly #options: FileSourceOptions;
  #events: SourceEvents | undefined = undefined;
  #known: readonly EndpointSpec[] = [];
  /** The text that was seen last, and the one that was last judged. */
  #seen: string | undefined = undefined;
  #judged: string | undefined = undefined;
  #lastError: string | undefined = undefined;
  #timer: Timer | undefined = undefined;

  constructor(options: FileSourceOptions) {
    this.name = `file:${options.path}`;
    this.#options = options;
  }

  start(events: SourceEvents): void {
    this.#events = events;
    void this.#look();
  }

  refresh(): void {}

  stop(): void {
    this.#events = undefined;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { path, readText, clock } = this.#options;
    const text = await readText(path).catch((error: unknown) => {
      this.#fail(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    if (this.#events === undefined) return;
    const isFirst = this.#known.length === 0 && this.#judged === undefined;
    if (text !== undefined && text !== this.#judged && (isFirst || text === this.#seen)) {
      this.#judge(text);
    }
    this.#seen = text;
    this.#timer = clock.setTimer(pollMs, () => void this.#look());
  }

  #judge(text: string): void {
    this.#judged = text;
    const parsed = this.#options.parse(text);
    if (!parsed.ok) {
      this.#fail(parsed.error);
      return;
    }
    this.#lastError = undefined;
    if (sameEndpoints(parsed.value, this.#known)) return;
    this.#known = parsed.value;
    this.#events?.found(parsed.value);
  }

  /** Says what is wrong once, however often it is seen. */
  #fail(error: string): void {
    if (error === this.#lastError) return;
    this.#lastError = error;
    this.#events?.failed(error);
  }
}
