import { nearestName } from "../../base/index.ts";
import type { DescField, DescMessage, Registry } from "../../descriptor/index.ts";
import {
  compileTextField,
  compileTextMapEntry,
  isTextBindable,
  type JsonReadOptions,
  type WireWriter,
} from "../../protojson/index.ts";
import {
  type FieldPath,
  type FieldPathProblem,
  fieldsByName,
  leafOf,
  type OneofChoice,
  oneofChoices,
  pathName,
  resolveFieldPath,
} from "./field-path.ts";

/** How one query parameter name is bound. */
export type Parameter =
  | { readonly kind: "field"; readonly field: BoundField }
  | { readonly kind: "ignored" }
  | { readonly kind: "refused"; readonly message: string };

/** A field that a parameter of some spelling sets. */
export interface BoundField {
  /** The proto path, and the key of a map entry: equal for all spellings. */
  readonly id: string;
  readonly repeated: boolean;
  readonly choices: readonly OneofChoice[];
  /** Appends the field; gives what is wrong with the text otherwise. */
  write(text: string, out: WireWriter): string | undefined;
}

/** Where parameters are looked up and which of them are taken by the path or the body. */
export interface ParameterScope {
  readonly root: DescMessage;
  /** The field whose message `root` is, when the parameters fill a part of the request. */
  readonly prefix: readonly DescField[];
  /** Proto paths that the template's variables set. */
  readonly pathBound: ReadonlySet<string>;
  /** Whether a parameter for one of those is dropped instead of refused. */
  readonly pathWins: boolean;
  /** The field that the body is; undefined for none. */
  readonly bodyField: string | undefined;
  readonly ignoreUnknown: boolean;
  readonly ignored: ReadonlySet<string>;
  readonly registry: Registry;
  readonly json: JsonReadOptions;
}

/** Levels of a dotted name; deeper ones are refused before they are looked up (faults.md, P-12). */
const deepestName = 32;

/** Names remembered a binding. A recursive message has endless names, so the memory needs an end. */
const rememberedNames = 512;

/** Compiles the lookup of parameter names; each name is resolved once. */
export function compileParameters(scope: ParameterScope): (name: string) => Parameter {
  const known = new Map<string, Parameter>();
  return (name) => {
    let parameter = known.get(name);
    if (parameter === undefined) {
      parameter = resolveParameter(name, scope);
      if (parameter.kind === "field" && known.size < rememberedNames) known.set(name, parameter);
    }
    return parameter;
  };
}

function resolveParameter(name: string, scope: ParameterScope): Parameter {
  if (scope.ignored.has(name)) return { kind: "ignored" };
  const entry = /^([^[\]]+)\[(.*)\]$/s.exec(name);
  if (entry?.[2]?.includes("][") === true) return refused("is nested: a map takes one [key]");
  const names = (entry?.[1] ?? name).split(".");
  if (names.length > deepestName) return refused(`is nested deeper than ${deepestName} levels`);
  const below = resolveFieldPath(scope.root, names);
  if (!below.ok) return unknownName(below.error, name, scope);
  const path = prefixed(scope.prefix, below.value);
  const id = pathName(path);
  if (scope.pathWins && scope.pathBound.has(id)) return { kind: "ignored" };
  const taken = takenBy(id, scope);
  if (taken !== undefined) return refused(taken);
  const key = entry?.[2];
  return key === undefined ? plainParameter(path, id, scope) : mapParameter(path, id, key, scope);
}

function prefixed(prefix: readonly DescField[], path: FieldPath): FieldPath {
  const [first, ...rest] = prefix;
  return first === undefined ? path : [first, ...rest, ...path];
}

function unknownName(
  { message: problem, isUnknown }: FieldPathProblem,
  name: string,
  scope: ParameterScope,
): Parameter {
  // What reaches into a field that has none inside is a mistake of this service's clients, not somebody else's word.
  if (scope.ignoreUnknown && isUnknown) return { kind: "ignored" };
  const near = nearestName(name, fieldsByName(scope.root).keys());
  return refused(
    problem.includes("did you mean") || near === undefined
      ? problem
      : `${problem}; did you mean "${near}"?`,
  );
}

function takenBy(id: string, scope: ParameterScope): string | undefined {
  if (scope.pathBound.has(id)) return "is set by the path";
  const { bodyField } = scope;
  if (bodyField !== undefined && (id === bodyField || id.startsWith(`${bodyField}.`))) {
    return "is set by the body";
  }
  return undefined;
}

function plainParameter(path: FieldPath, id: string, scope: ParameterScope): Parameter {
  const leaf = leafOf(path);
  if (leaf.fieldKind === "map" || !isTextBindable(leaf)) return refused(describeUnbindable(leaf));
  const text = compileTextField(path, scope.registry, scope.json);
  return {
    kind: "field",
    field: {
      id,
      repeated: leaf.fieldKind === "list",
      choices: oneofChoices(path),
      write: (value, out) => text.write(value, out),
    },
  };
}

function mapParameter(path: FieldPath, id: string, key: string, scope: ParameterScope): Parameter {
  const leaf = leafOf(path);
  if (leaf.fieldKind !== "map") return refused("is not a map, so it takes no [key]");
  if (leaf.mapKind === "message" && !isTextBindable(leaf)) return refused("is a map of messages");
  const text = compileTextMapEntry(path, scope.registry, scope.json);
  return {
    kind: "field",
    field: {
      id: `${id}[${text.nameOf(key)}]`,
      repeated: false,
      choices: oneofChoices(path),
      write: (value, out) => text.write(key, value, out),
    },
  };
}

function describeUnbindable(field: DescField): string {
  if (field.fieldKind === "map") return `is a map: give an entry as ${field.name}[key]=value`;
  if (isAnyJson(field)) return "is JSON of any kind: give it in a body";
  if (field.fieldKind === "list") return "is a list of messages: give it as JSON";
  return "is a message: give its fields by dotted names";
}

/** Types whose fields are not the ones that JSON shows, so dotted names lead nowhere. */
const anyJson = new Set([
  "google.protobuf.Any",
  "google.protobuf.ListValue",
  "google.protobuf.Struct",
  "google.protobuf.Value",
]);

function isAnyJson(field: DescField): boolean {
  return field.message !== undefined && anyJson.has(field.message.typeName);
}

function refused(message: string): Parameter {
  return { kind: "refused", message };
}
