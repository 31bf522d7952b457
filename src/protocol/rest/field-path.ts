import { err, nearestName, ok, type Result } from "../../base/index.ts";
import type { DescField, DescMessage } from "../../descriptor/index.ts";

/** A dotted field path, resolved: every field but the last is a singular message. Never empty. */
export type FieldPath = readonly [DescField, ...DescField[]];

/** The last field of a path. */
export function leafOf(path: FieldPath): DescField {
  return path[path.length - 1] ?? path[0];
}

/** The path in proto names: the one spelling under which a field is compared with itself. */
export function pathName(path: readonly DescField[]): string {
  return path.map((field) => field.name).join(".");
}

/** Why names lead to no field. */
export interface FieldPathProblem {
  /** A sentence without the path. */
  readonly message: string;
  /** Whether a name is no field's; otherwise all are, and one of them has none inside. */
  readonly isUnknown: boolean;
}

/** Resolves proto names or JSON names from `root` downwards. */
export function resolveFieldPath(
  root: DescMessage,
  names: readonly string[],
): Result<FieldPath, FieldPathProblem> {
  const path: DescField[] = [];
  let message: DescMessage | undefined = root;
  for (const name of names) {
    if (message === undefined) return err(closed(`"${pathName(path)}" has no fields`));
    // Its fields are not what its JSON has: a seconds field of a Timestamp, say, could make one that is none.
    if (path.length > 0 && message.typeName.startsWith("google.protobuf.")) {
      const { typeName } = message;
      return err(closed(`"${pathName(path)}" is a ${typeName}, which is given whole`));
    }
    const field = fieldsByName(message).get(name);
    if (field === undefined) return err({ message: noSuchField(message, name), isUnknown: true });
    path.push(field);
    message = field.fieldKind === "message" ? field.message : undefined;
  }
  const [first, ...rest] = path;
  if (first === undefined) return err({ message: "is empty", isUnknown: true });
  return ok([first, ...rest]);
}

function closed(message: string): FieldPathProblem {
  return { message, isUnknown: false };
}

const indexes = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** The fields of a message under both of their names; proto names win where they cross. */
export function fieldsByName(message: DescMessage): ReadonlyMap<string, DescField> {
  let index = indexes.get(message);
  if (index === undefined) {
    index = new Map([
      ...message.fields.map((field): [string, DescField] => [field.jsonName, field]),
      ...message.fields.map((field): [string, DescField] => [field.name, field]),
    ]);
    indexes.set(message, index);
  }
  return index;
}

function noSuchField(message: DescMessage, name: string): string {
  const near = nearestName(name, fieldsByName(message).keys());
  const help = near === undefined ? "" : `; did you mean "${near}"?`;
  return `${message.typeName} has no field "${name}"${help}`;
}

/** A choice that a bound field makes: it takes `member` of the oneof named `group`. */
export interface OneofChoice {
  readonly group: string;
  readonly member: string;
}

/** The members of oneofs that setting `path` chooses, on every level of it. */
export function oneofChoices(path: readonly DescField[]): readonly OneofChoice[] {
  return path.flatMap((field, depth) =>
    field.oneof === undefined
      ? []
      : [
          {
            group: `${pathName(path.slice(0, depth))}/${field.oneof.name}`,
            member: field.name,
          },
        ],
  );
}
