import { decodePercent } from "../../base/index.ts";
import type { WireWriter } from "../../protojson/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";
import type { OneofChoice } from "./field-path.ts";
import type { BoundField, Parameter } from "./parameter.ts";

/** What a query, or a form body, is read by. */
export interface QueryRules {
  readonly parameterOf: (name: string) => Parameter;
  readonly plusAsSpace: boolean;
  readonly maxParameters: number;
  /** Members of oneofs that the path, or a body that is present, has chosen already. */
  readonly chosen: readonly OneofChoice[];
  /** Where the parameters are, for messages: "query parameter" or "form field". */
  readonly place: string;
}

/**
 * Binds `name=value&…` (transcoding.md §2): each parameter is appended to `out` as its field. Undefined when
 * all went well. An empty query binds nothing.
 */
export function bindQuery(query: string, rules: QueryRules, out: WireWriter): Failure | undefined {
  if (query === "") return undefined;
  const state: FormState = { seen: new Set(), chosen: new Map() };
  for (const choice of rules.chosen) state.chosen.set(choice.group, choice.member);
  let count = 0;
  for (let start = 0; start <= query.length; ) {
    const ampersand = query.indexOf("&", start);
    const end = ampersand === -1 ? query.length : ampersand;
    if (end > start) {
      count++;
      if (count > rules.maxParameters) return tooMany(rules);
      const failure = bindPair(query.slice(start, end), rules, state, out);
      if (failure !== undefined) return failure;
    }
    start = end + 1;
  }
  return undefined;
}

function bindPair(
  pair: string,
  rules: QueryRules,
  state: FormState,
  out: WireWriter,
): Failure | undefined {
  const equals = pair.indexOf("=");
  const name = decodeText(equals === -1 ? pair : pair.slice(0, equals), rules.plusAsSpace);
  const value = decodeText(equals === -1 ? "" : pair.slice(equals + 1), rules.plusAsSpace);
  if (name === undefined || value === undefined) return brokenEscape(rules);
  const parameter = rules.parameterOf(name);
  if (parameter.kind === "ignored") return undefined;
  if (parameter.kind === "refused") return badParameter(rules, name, parameter.message);
  const { field } = parameter;
  const problem = bindOnce(field, state) ?? field.write(value, out);
  return problem === undefined ? undefined : badParameter(rules, name, problem);
}

/** What the parameters of a request so far have set. */
export interface FormState {
  readonly seen: Set<string>;
  /** The chosen member of each oneof, by the oneof. */
  readonly chosen: Map<string, string>;
}

/** Notes that a field is set; says why it may not be, a second time or beside another member of its oneof. */
export function bindOnce(field: FieldIdentity, state: FormState): string | undefined {
  return repetition(field, state.seen) ?? oneofConflict(field, state.chosen);
}

type FieldIdentity = Pick<BoundField, "id" | "repeated" | "choices">;

function repetition(field: FieldIdentity, seen: Set<string>): string | undefined {
  if (field.repeated) return undefined;
  if (seen.has(field.id)) return "is given more than once and is not repeated";
  seen.add(field.id);
  return undefined;
}

function oneofConflict(field: FieldIdentity, chosen: Map<string, string>): string | undefined {
  for (const { group, member } of field.choices) {
    const other = chosen.get(group);
    if (other !== undefined && other !== member) {
      return `is in one oneof with "${other}", which is set as well`;
    }
    chosen.set(group, member);
  }
  return undefined;
}

function decodeText(text: string, plusAsSpace: boolean): string | undefined {
  return decodePercent(plusAsSpace && text.includes("+") ? text.replaceAll("+", " ") : text);
}

/** Names are shown so far; longer ones are nobody's field and only fill the log. */
const longestShownName = 64;

function badParameter(rules: QueryRules, name: string, problem: string): Failure {
  const shown = name.length > longestShownName ? `${name.slice(0, longestShownName)}…` : name;
  return gatewayFailure("INVALID_QUERY", `${rules.place} ${shown}: ${problem}`, {
    violations: [{ field: shown, description: problem }],
  });
}

function brokenEscape(rules: QueryRules): Failure {
  return gatewayFailure(
    "INVALID_QUERY",
    `${rules.place}: an escape is not two hexadecimal digits, or the bytes are not UTF-8`,
  );
}

function tooMany(rules: QueryRules): Failure {
  return gatewayFailure("INVALID_QUERY", `more than ${rules.maxParameters} ${rules.place}s`);
}
