import type { SecureContext } from "node:tls";
import { type Clock, err, type Result, type Timer } from "../../base/index.ts";
import {
  type CertificateFiles,
  type CertificateProblem,
  type CertificateTexts,
  readContext,
} from "./read-context.ts";

/** What certificates are read by. */
export interface CredentialsOptions {
  readonly files: CertificateFiles;
  /** Gives the text of a file; rejects when there is none. */
  readonly readText: (path: string) => Promise<string>;
  readonly clock: Clock;
  readonly events: CredentialsEvents;
}

/** Told of what becomes of the files. */
export interface CredentialsEvents {
  /** New connections use other certificates than those before. */
  renewed(): void;
  /** The files cannot be used; what was read last still holds. Told once for each thing that is wrong. */
  refused(message: string): void;
}

// As with files of endpoints: a watch misses the swapped symlinks of a mounted Secret.
const pollMs = 1000;

/** Reads the files once; for those who only ask whether they are good. */
export async function readCertificates(
  files: CertificateFiles,
  readText: (path: string) => Promise<string>,
  wallNow: number,
): Promise<Result<SecureContext, CertificateProblem>> {
  const texts = await readTexts(files, readText);
  return texts.ok ? readContext(texts.value, files, wallNow) : texts;
}

/**
 * The certificates of a cluster, read again when their files change. A change counts once all files have stood for
 * two looks, so that a pair is not taken half; what is gone or wrong leaves what was good.
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  /** What connections are made with now; an error until the files have been good once. */
  #current: Result<SecureContext, string> = err("the certificates were not read yet");
  readonly #first: Promise<void>;
  #wasRead: () => void = () => undefined;
  /** The texts that were seen last, and those that were last judged; undefined for none. */
  #seen: string | undefined = undefined;
  #judged: string | undefined = undefined;
  #lastError: string | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #isStopped = false;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.#first = new Promise((resolve) => {
      this.#wasRead = resolve;
    });
  }

  /** Begins to look; once. */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** What a new connection is made with; waits for the first look. */
  async context(): Promise<Result<SecureContext, string>> {
    await this.#first;
    return this.#current;
  }

  async #look(): Promise<void> {
    const { files, readText, clock } = this.#options;
    const texts = await readTexts(files, readText);
    if (this.#isStopped) return;
    const seen = texts.ok ? JSON.stringify(texts.value) : undefined;
    const isFirst = !this.#current.ok && this.#judged === undefined;
    if (!texts.ok) this.#refuse(texts.error.message);
    else if (seen !== this.#judged && (isFirst || seen === this.#seen)) {
      this.#judged = seen;
      this.#judge(texts.value);
    }
    this.#seen = seen;
    this.#wasRead();
    if (files.ca === undefined && files.own === undefined) return;
    this.#timer = clock.setTimer(pollMs, () => void this.#look());
  }

  #judge(texts: CertificateTexts): void {
    const { files, clock, events } = this.#options;
    const context = readContext(texts, files, clock.wallNow());
    if (!context.ok) {
      this.#refuse(context.error.message);
      return;
    }
    this.#lastError = undefined;
    const isRenewal = this.#current.ok;
    this.#current = context;
    if (isRenewal) events.renewed();
  }

  #refuse(message: string): void {
    if (!this.#current.ok) this.#current = err(message);
    if (message === this.#lastError) return;
    this.#lastError = message;
    this.#options.events.refused(message);
  }
}

async function readTexts(
  { ca, own }: CertificateFiles,
  readText: (path: string) => Promise<string>,
): Promise<Result<CertificateTexts, CertificateProblem>> {
  const texts: { ca?: string; cert?: string; key?: string } = {};
  for (const [file, path] of [
    ["ca", ca],
    ["cert", own?.cert],
    ["key", own?.key],
  ] as const) {
    if (path === undefined) continue;
    try {
      texts[file] = await readText(path);
    } catch (error) {
      return err({ file, message: error instanceof Error ? error.message : String(error) });
    }
  }
  const { ca: authorities, cert, key } = texts;
  return { ok: true, value: { ca: authorities, cert, key } };
}
