import { decodePercent } from "../base/index.ts";
import type { PathSegments } from "./path.ts";
import type { Template, TemplateVariable } from "./template.ts";
import { type UrlUnescape, unescapeSegments } from "./unescape.ts";

/** Where a variable's value lies in a path, and how it is decoded. */
export interface Capture {
  readonly start: number;
  readonly end: number;
  /** Whether the place is counted for a template as long as the path: it lies behind a `**`. */
  readonly startMoves: boolean;
  readonly endMoves: boolean;
  /** How many segments the template has, `**` counted as one. */
  readonly templateLength: number;
  /** Undefined: wholly. */
  readonly unescape: UrlUnescape | undefined;
}

/** Works out on load where the variable will be found. */
export function compileCapture(
  template: Template,
  variable: TemplateVariable,
  mode: UrlUnescape,
): Capture {
  const { start, end, multiSegment } = variable;
  const rest = template.segments.findIndex((segment) => segment.kind === "rest");
  return {
    start,
    end,
    startMoves: rest >= 0 && start > rest,
    endMoves: rest >= 0 && end > rest,
    templateLength: template.segments.length,
    unescape: multiSegment ? mode : undefined,
  };
}

/** The variable's value in a path that matched its template. */
export function captureValue(capture: Capture, segments: PathSegments): string {
  const moved = segments.count - capture.templateLength;
  const start = capture.startMoves ? capture.start + moved : capture.start;
  const end = capture.endMoves ? capture.end + moved : capture.end;
  const raw = segments.between(start, end);
  if (!raw.includes("%")) return raw;
  return capture.unescape === undefined
    ? (decodePercent(raw) ?? raw)
    : unescapeSegments(raw, capture.unescape);
}
