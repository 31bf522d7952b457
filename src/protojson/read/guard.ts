import type { DescField } from "@bufbuild/protobuf";
import type { WireWriter } from "../wire-writer.ts";

/** The path-bound fields of one message. */
export interface GuardNode {
  /** By field number: what lies deeper, or which of the values the field must equal. */
  readonly fields: ReadonlyMap<number, GuardEntry>;
  /** Which field of a oneof is bound, by the name of the oneof. */
  readonly oneofs: ReadonlyMap<string, number>;
}

/** A bound field, or a message on the way to one. */
export type GuardEntry =
  | { readonly kind: "leaf"; readonly leaf: GuardLeaf }
  | { readonly kind: "message"; readonly node: GuardNode };

/** Which value a field must equal, and how that value is wrapped: per enclosing message, whether it is a group. */
export interface GuardLeaf {
  readonly index: number;
  readonly groups: readonly boolean[];
}

/** What the path of a request may bind, compiled per HTTP binding: a body may repeat it but not contradict it. */
export type Guard = GuardNode;

interface GrowingNode {
  readonly fields: Map<number, GuardEntry>;
  readonly oneofs: Map<string, number>;
}

/**
 * Prepares the fields that a binding's path template captures, each as its path from the request message inwards; also
 * when the body is one field of that message. At run time their values go along in the same order.
 */
export function compileGuard(paths: readonly (readonly DescField[])[]): Guard {
  const root = growingNode();
  const nodes = new Map<GuardEntry, GrowingNode>();
  paths.forEach((path, index) => {
    let node = root;
    path.forEach((field, depth) => {
      if (field.oneof !== undefined) node.oneofs.set(field.oneof.name, field.number);
      if (depth === path.length - 1) {
        const groups = path.slice(0, -1).map(isGroup);
        node.fields.set(field.number, { kind: "leaf", leaf: { index, groups } });
        return;
      }
      const known = node.fields.get(field.number);
      let inner = known === undefined ? undefined : nodes.get(known);
      if (inner === undefined) {
        inner = growingNode();
        const entry: GuardEntry = { kind: "message", node: inner };
        nodes.set(entry, inner);
        node.fields.set(field.number, entry);
      }
      node = inner;
    });
  });
  return root;
}

function growingNode(): GrowingNode {
  return { fields: new Map(), oneofs: new Map() };
}

/** Whether what the body wrote from `start` on is the leaf that the path wrote, inside its submessages, as `bound`. */
export function equalsBound(
  out: WireWriter,
  start: number,
  bound: Uint8Array,
  groups: readonly boolean[],
): boolean {
  let from = 0;
  let end = bound.length;
  for (const group of groups) {
    const tag = from;
    from = passVarint(bound, tag);
    if (group) end -= from - tag;
    else from = passVarint(bound, from);
  }
  const { buffer, position } = out;
  if (position - start !== end - from) return false;
  for (let i = start; i < position; i++) if (buffer[i] !== bound[from + i - start]) return false;
  return true;
}

function isGroup(field: DescField): boolean {
  return field.fieldKind === "message" && field.delimitedEncoding;
}

function passVarint(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] as number) > 0x7f) at++;
  return at + 1;
}
