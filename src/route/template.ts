/** One segment of a template, with the braces of variables taken away. */
export type TemplateSegment =
  /** Itself, percent-decoded: it is compared with the decoded segment of the path. */
  | { readonly kind: "literal"; readonly value: string }
  /** `*`: exactly one segment that is not empty. */
  | { readonly kind: "one" }
  /** `**`: any number of segments, none included; one or more where literals follow. */
  | { readonly kind: "rest" };

/** A part of the path that fills a field. */
export interface TemplateVariable {
  /** The field's name in steps: `["book", "name"]`. */
  readonly fieldPath: readonly string[];
  /** The same as written: `book.name`. */
  readonly text: string;
  /** First segment of the template that belongs to the variable, counted from 0. */
  readonly start: number;
  /** The segment after its last one. */
  readonly end: number;
  /** Whether it spans several segments or holds `**`, which decides how its value is decoded. */
  readonly multiSegment: boolean;
  /** Where its name begins in the template's text, for messages. */
  readonly offset: number;
}

/** A parsed path template. */
export interface Template {
  readonly text: string;
  readonly segments: readonly TemplateSegment[];
  /** What follows the `:`, percent-decoded; undefined when there is none. */
  readonly verb: string | undefined;
  readonly variables: readonly TemplateVariable[];
}

/**
 * The template without the names of its variables: two templates of one shape match the same paths. Literals
 * are written in one canonical percent-encoding, so `/a%62` and `/ab` have one shape.
 */
export function templateShape(template: Template): string {
  const segments = template.segments.map((segment) => {
    if (segment.kind === "literal") return canonicalLiteral(segment.value);
    return segment.kind === "one" ? "*" : "**";
  });
  const verb = template.verb === undefined ? "" : `:${canonicalLiteral(template.verb)}`;
  return `/${segments.join("/")}${verb}`;
}

/** A literal as it can be read back: encodeURIComponent leaves `*`, which would look like a wildcard. */
function canonicalLiteral(value: string): string {
  return encodeURIComponent(value).replaceAll("*", "%2A");
}
