import { err, ok, type Result } from "../base/index.ts";
import { decodeLiteral } from "./literal.ts";
import type { Template, TemplateSegment, TemplateVariable } from "./template.ts";

/** Why a text is not a path template. */
export interface TemplateProblem {
  /** Where in the text, counted from 0 in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
  /** What to write instead. */
  readonly remedy: string;
}

/** A bound for the depth of the route table, far beyond any template that a person writes. */
const maxSegments = 128;

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads a path template (google/api/http.proto, "Path template syntax"):
 *
 *     Template = "/" | "/" Segments [ ":" Verb ]
 *     Segments = Segment { "/" Segment }
 *     Segment  = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"
 *
 * Only literals may follow a `**`; variables do not nest and each is named once. A literal is any text of
 * URL path characters, percent-encoded or not; a colon belongs to it except the last one of the last segment.
 */
export function parseTemplate(text: string): Result<Template, TemplateProblem> {
  const parser = new TemplateParser(text);
  parser.parse();
  if (parser.problem !== undefined) return err(parser.problem);
  return ok({ text, segments: parser.segments, verb: parser.verb, variables: parser.variables });
}

/** Every `parse…` method tells whether to go on; when not, `problem` says why. */
class TemplateParser {
  readonly segments: TemplateSegment[] = [];
  readonly variables: TemplateVariable[] = [];
  verb: string | undefined;
  problem: TemplateProblem | undefined;
  readonly #text: string;
  /** Where the segments end: at the verb's colon or the end of the text. */
  #end: number;
  #at = 1;

  constructor(text: string) {
    this.#text = text;
    this.#end = text.length;
  }

  parse(): boolean {
    const text = this.#text;
    if (!text.startsWith("/")) {
      return this.#fail(0, 'a template starts with "/"', `write "/${text}"`);
    }
    if (text === "/") return true;
    return this.#parseVerb() && this.#parseSegments(undefined);
  }

  #parseVerb(): boolean {
    const text = this.#text;
    const colon = text.lastIndexOf(":");
    if (colon < text.lastIndexOf("/") || colon < text.lastIndexOf("}") || colon < 0) return true;
    if (colon === text.length - 1) {
      return this.#fail(colon, 'no verb follows the ":"', 'name the verb or remove the ":"');
    }
    this.#end = colon;
    this.verb = this.#literal(colon + 1, text.length);
    return this.verb !== undefined;
  }

  /** Segments up to the end, or up to the `}` of the variable they belong to. */
  #parseSegments(variable: string | undefined): boolean {
    for (;;) {
      if (!this.#parseSegment(variable)) return false;
      if (this.segments.length > maxSegments) {
        const remedy = `use at most ${maxSegments}`;
        return this.#fail(this.#at, "the template has too many segments", remedy);
      }
      if (this.#at === this.#end) {
        return variable === undefined || this.#failUnclosed(this.#at, variable);
      }
      if (this.#text[this.#at] === "}") return variable !== undefined || this.#failUnopened();
      this.#at++;
    }
  }

  #parseSegment(variable: string | undefined): boolean {
    if (this.#text[this.#at] === "{" && this.#at < this.#end) {
      if (variable === undefined) return this.#parseVariable();
      const remedy = `close "{${variable}" first: one variable takes the whole of its segments`;
      return this.#fail(this.#at, "a variable stands inside another", remedy);
    }
    const start = this.#at;
    while (this.#at < this.#end && !"/{}".includes(this.#text.charAt(this.#at))) this.#at++;
    if (this.#text[this.#at] === "{" && this.#at < this.#end) return this.#failPartial(this.#at);
    return this.#addSegment(start, this.#at, variable);
  }

  #addSegment(start: number, end: number, variable: string | undefined): boolean {
    const text = this.#text.slice(start, end);
    if (text === "") {
      if (this.#text[end] === "}" && variable === undefined) return this.#failUnopened();
      return this.#fail(
        start,
        "a segment is empty",
        'put a name, "*" or a variable between slashes',
      );
    }
    if (text === "*" || text === "**") return this.#addWildcard(start, text);
    if (text.includes("*")) {
      const remedy = 'use "*" alone between slashes, or %2A for the character itself';
      return this.#fail(start + text.indexOf("*"), '"*" is only a part of its segment', remedy);
    }
    if (variable !== undefined && text.includes(":")) {
      const remedy = 'write the verb after the "}", or %3A for the character itself';
      return this.#fail(start + text.indexOf(":"), 'a ":" stands inside a variable', remedy);
    }
    const value = this.#literal(start, end);
    if (value === undefined) return false;
    this.segments.push({ kind: "literal", value });
    return true;
  }

  #addWildcard(offset: number, text: "*" | "**"): boolean {
    if (this.segments.some((segment) => segment.kind === "rest")) {
      const remedy = 'make "**" the last wildcard: only literals may follow it';
      return this.#fail(offset, `"${text}" follows "**"`, remedy);
    }
    this.segments.push({ kind: text === "*" ? "one" : "rest" });
    return true;
  }

  #parseVariable(): boolean {
    const open = this.#at;
    let nameEnd = open + 1;
    while (nameEnd < this.#end && !"=}/{".includes(this.#text.charAt(nameEnd))) nameEnd++;
    const name = this.#text.slice(open + 1, nameEnd);
    if (!this.#checkFieldPath(name, open + 1)) return false;
    const start = this.segments.length;
    this.#at = nameEnd;
    const next = nameEnd < this.#end ? this.#text[nameEnd] : undefined;
    if (next === "=") {
      this.#at++;
      if (!this.#parseSegments(name)) return false;
    } else if (next === "}") {
      if (!this.#addWildcard(open, "*")) return false;
    } else {
      return this.#failUnclosed(nameEnd, name);
    }
    this.#at++;
    if (this.#at < this.#end && this.#text[this.#at] !== "/") {
      return this.#text[this.#at] === "}" ? this.#failUnopened() : this.#failPartial(this.#at);
    }
    const end = this.segments.length;
    const multiSegment =
      end - start > 1 || this.segments.slice(start).some(({ kind }) => kind === "rest");
    const fieldPath = name.split(".");
    this.variables.push({ fieldPath, text: name, start, end, multiSegment, offset: open + 1 });
    return true;
  }

  #checkFieldPath(name: string, offset: number): boolean {
    if (name === "") {
      return this.#fail(offset, "a variable has no name", "name the field that it fills");
    }
    if (!name.split(".").every((step) => identifier.test(step))) {
      const remedy = 'use field names joined by ".", such as book.name';
      return this.#fail(offset, `"${name}" is not a field path`, remedy);
    }
    if (this.variables.some((other) => other.text === name)) {
      const remedy = "give each variable once; a field has one value";
      return this.#fail(offset, `the variable "${name}" stands twice`, remedy);
    }
    return true;
  }

  #literal(start: number, end: number): string | undefined {
    const literal = decodeLiteral(this.#text.slice(start, end));
    if (literal.ok) return literal.value;
    const { at, message, remedy } = literal.error;
    this.#fail(start + at, message, remedy);
    return undefined;
  }

  #failPartial(offset: number): false {
    const remedy = 'put a "/" between the variable and its neighbour';
    return this.#fail(offset, "a variable is only a part of its segment", remedy);
  }

  #failUnclosed(offset: number, variable: string): false {
    return this.#fail(offset, `the variable "${variable}" is not closed`, 'add a "}"');
  }

  #failUnopened(): false {
    return this.#fail(this.#at, 'a "}" closes nothing', 'remove it, or open the variable with "{"');
  }

  #fail(offset: number, message: string, remedy: string): false {
    this.problem = { offset, message, remedy };
    return false;
  }
}
