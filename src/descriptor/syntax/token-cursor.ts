import type { DescriptorProblem } from "../problem.ts";
import { scanTokens, type TokenKind, type TokenList } from "./scan-tokens.ts";
import { problemIn, type SourceText } from "./source-text.ts";
import { decodeStringLiteral } from "./string-literal.ts";

/**
 * Where a parser stands in one file. `take…` methods consume what they name or report its absence and
 * return undefined (false); a rule that gets undefined gives up, and its caller skips the statement.
 */
export class TokenCursor {
  readonly source: SourceText;
  readonly problems: DescriptorProblem[];
  readonly #tokens: TokenList;
  #index = 0;

  constructor(source: SourceText, problems: DescriptorProblem[]) {
    this.source = source;
    this.problems = problems;
    this.#tokens = scanTokens(source.text, (offset, message) => {
      problems.push(problemIn(source, offset, message));
    });
  }

  get kind(): TokenKind {
    return this.#tokens.kinds[this.#index] ?? "end";
  }

  /** The spelling of the token here; empty at the end of the file. */
  get text(): string {
    return this.source.text.slice(this.start, this.#tokens.ends[this.#index]);
  }

  /** The offset of the token here. */
  get start(): number {
    return this.#tokens.starts[this.#index] ?? this.source.text.length;
  }

  /** The offset just behind the token before this one. */
  get previousEnd(): number {
    return this.#tokens.ends[this.#index - 1] ?? 0;
  }

  get isAtEnd(): boolean {
    return this.kind === "end";
  }

  is(text: string): boolean {
    const start = this.start;
    return (
      (this.#tokens.ends[this.#index] ?? 0) - start === text.length &&
      this.kind !== "string" &&
      this.source.text.startsWith(text, start)
    );
  }

  /** Whether the token `ahead` places further on is spelled `text`. */
  isAhead(ahead: number, text: string): boolean {
    const index = this.#index + ahead;
    return this.source.text.slice(this.#tokens.starts[index], this.#tokens.ends[index]) === text;
  }

  next(): void {
    if (!this.isAtEnd) this.#index++;
  }

  takeIf(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index++;
    return true;
  }

  take(text: string): boolean {
    return this.takeIf(text) || this.expected(`"${text}"`);
  }

  takeIdentifier(what: string): string | undefined {
    if (this.kind !== "identifier") return this.absent(what);
    const text = this.text;
    this.#index++;
    return text;
  }

  /** A dotted name; with `mayLead`, a leading dot is allowed and kept. */
  takeName(what: string, mayLead: boolean): string | undefined {
    let name = mayLead && this.takeIf(".") ? "." : "";
    for (;;) {
      const part = this.takeIdentifier(what);
      if (part === undefined) return undefined;
      name += part;
      if (!this.takeIf(".")) return name;
      name += ".";
    }
  }

  /** An unsigned integer, decimal, octal or hexadecimal. */
  takeInteger(what: string): bigint | undefined {
    if (this.kind !== "integer") return this.absent(what);
    const value = parseInteger(this.text);
    this.#index++;
    return value;
  }

  /** One or more adjacent string literals, joined, as bytes. */
  takeString(what: string): Uint8Array | undefined {
    const start = this.start;
    const parts: Uint8Array[] = [];
    while (this.kind === "string") {
      const decoded = decodeStringLiteral(this.text);
      if (decoded.ok) parts.push(decoded.value);
      else this.problemHere(decoded.error);
      this.#index++;
    }
    if (parts.length === 0 && this.start === start) return this.absent(what);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** Reports that `what` was expected here. Always false, so that rules can return it. */
  expected(what: string): false {
    const found = this.isAtEnd ? "the end of the file" : JSON.stringify(this.text);
    this.problemHere(`expected ${what}, found ${found}`);
    return false;
  }

  problemHere(message: string, help?: string): void {
    this.problemAt(this.start, message, help);
  }

  problemAt(offset: number, message: string, help?: string): void {
    this.problems.push(problemIn(this.source, offset, message, help));
  }

  /** Past the end of the statement: its `;`, or the block it opens. Stops before a `}` that closes us. */
  skipStatement(): void {
    while (!this.isAtEnd && !this.is("}")) {
      if (this.takeIf(";")) return;
      if (this.is("{")) {
        this.#skipBlock();
        return;
      }
      this.#index++;
    }
  }

  #skipBlock(): void {
    let depth = 0;
    while (!this.isAtEnd) {
      if (this.is("{")) depth++;
      if (this.is("}")) depth--;
      this.#index++;
      if (depth === 0) return;
    }
  }

  private absent(what: string): undefined {
    this.expected(what);
    return undefined;
  }
}

/** The value of an integer token; octal has a leading 0. A malformed octal was reported by the scanner. */
export function parseInteger(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return BigInt(text);
}
