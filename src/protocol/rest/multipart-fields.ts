import type { DescField, DescMessage } from "../../descriptor/index.ts";
import type { WireWriter } from "../../protojson/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";
import type { RestCodecs } from "./codecs.ts";
import {
  type FieldPath,
  leafOf,
  type OneofChoice,
  oneofChoices,
  pathName,
  resolveFieldPath,
} from "./field-path.ts";
import { isHttpBody, writeHttpBody } from "./http-body.ts";
import { jsonFailure } from "./json-failure.ts";
import { bodyFormat } from "./media-type.ts";
import { type FormPart, parseMultipart } from "./multipart.ts";
import type { MultipartBinder } from "./open-rules.ts";
import { compileParameters, type Parameter } from "./parameter.ts";
import { bindOnce, type FormState } from "./query.ts";

/** What a body of parts fills. */
export interface MultipartRules {
  /** The message that the body is. */
  readonly root: DescMessage;
  /** The field whose message `root` is; empty for the request itself. */
  readonly prefix: readonly DescField[];
  /** Proto paths, from the request on, that the template's variables set. */
  readonly pathBound: ReadonlySet<string>;
  /** Whether a part for one of those is dropped instead of refused. */
  readonly pathWins: boolean;
  /** Members of oneofs that the path has chosen already. */
  readonly chosen: readonly OneofChoice[];
  readonly ignoreUnknown: boolean;
  readonly maxParts: number;
  readonly codecs: RestCodecs;
}

/**
 * Compiles multipart/form-data → fields: a part for a bytes or google.api.HttpBody field is its bytes, one of
 * type application/json the JSON value of its field, or an element of it, any other is text as in a query
 * (transcoding.md §2).
 */
export function compileMultipart(rules: MultipartRules): MultipartBinder {
  const { codecs } = rules;
  const textOf = compileParameters({
    root: rules.root,
    prefix: rules.prefix,
    pathBound: rules.pathBound,
    pathWins: rules.pathWins,
    bodyField: undefined,
    ignoreUnknown: rules.ignoreUnknown,
    ignored: new Set(),
    registry: codecs.registry,
    json: codecs.read,
  });
  return (bytes, contentType, out) => {
    const parts = parseMultipart(bytes, contentType, rules.maxParts);
    if (!parts.ok) return parts.error;
    const state: PartState = { seen: new Set(), chosen: new Map(), whole: new Set() };
    for (const { group, member } of rules.chosen) state.chosen.set(group, member);
    for (const part of parts.value) {
      const failure = bindPart(part, rules, textOf, state, out);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
}

/** What the parts so far have set. */
interface PartState extends FormState {
  /** Messages and maps that a part gave as a whole. */
  readonly whole: Set<string>;
}

function bindPart(
  part: FormPart,
  rules: MultipartRules,
  textOf: (name: string) => Parameter,
  state: PartState,
  out: WireWriter,
): Failure | undefined {
  const found = resolveFieldPath(rules.root, part.name.split("."));
  const leaf = found.ok ? leafOf(found.value) : undefined;
  if (!found.ok || leaf === undefined || !isWhole(leaf, part)) {
    if (part.name.endsWith("]") && isJson(part)) return badPart(part, entryAsJson);
    return bindText(part, textOf(part.name), state, out);
  }
  const path: FieldPath = [...rules.prefix, ...found.value] as unknown as FieldPath;
  const id = pathName(path);
  if (rules.pathBound.has(id)) {
    return rules.pathWins ? undefined : badPart(part, "is set by the path");
  }
  const field = { id, repeated: leaf.fieldKind === "list", choices: oneofChoices(path) };
  const problem =
    emptyJson(leaf, part) ?? overlap(id, leaf, rules.pathBound, state) ?? bindOnce(field, state);
  if (problem !== undefined) return badPart(part, problem);
  return writeNested(path, out, () => writeLeaf(leaf, part, rules.codecs, out));
}

const entryAsJson = "is an entry, which is text: give the whole map as JSON";

/** No bytes at all are no JSON value; the reader takes them for a message without fields. */
function emptyJson(leaf: DescField, part: FormPart): string | undefined {
  if (part.data.length > 0 || isBytes(leaf) || isHttpBody(messageOf(leaf))) return undefined;
  return "is empty, which is no JSON";
}

/** Why a field may not be set beside those above and below it; notes what a part gives whole. */
function overlap(
  id: string,
  leaf: DescField,
  pathBound: ReadonlySet<string>,
  state: PartState,
): string | undefined {
  if (isInside(id, state.whole)) return insideWhole;
  if (messageOf(leaf) === undefined && leaf.fieldKind !== "map") return undefined;
  state.whole.add(id);
  const below = (other: string): boolean =>
    other.startsWith(`${id}.`) || other.startsWith(`${id}[`);
  if ([...pathBound].some(below)) return "holds a field that is set by the path";
  return [...state.seen].some(below) ? "holds a field that another part gives" : undefined;
}

const insideWhole = "is inside a message or map that another part gives";

/** Whether a field, or the entry of a map, is in one of the messages and maps. */
function isInside(id: string, wholes: ReadonlySet<string>): boolean {
  if (wholes.size === 0) return false;
  const bracket = id.indexOf("[");
  const path = bracket === -1 ? id : id.slice(0, bracket);
  if (bracket !== -1 && wholes.has(path)) return true;
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    if (wholes.has(path.slice(0, dot))) return true;
  }
  return false;
}

/** Whether a part is written as bytes or as JSON; every other is text. */
function isWhole(field: DescField, part: FormPart): boolean {
  return isBytes(field) || isHttpBody(messageOf(field)) || isJson(part);
}

function isJson({ contentType }: FormPart): boolean {
  return contentType !== undefined && bodyFormat(contentType) === "json";
}

/** FieldDescriptorProto.TYPE_BYTES. */
const bytesType = 12;

function isBytes(field: DescField): boolean {
  if (field.fieldKind === "list") return field.listKind === "scalar" && field.scalar === bytesType;
  return field.fieldKind === "scalar" && field.scalar === bytesType;
}

function messageOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === "list") return field.listKind === "message" ? field.message : undefined;
  return field.fieldKind === "message" ? field.message : undefined;
}

function writeLeaf(
  field: DescField,
  part: FormPart,
  codecs: RestCodecs,
  out: WireWriter,
): Failure | undefined {
  if (isBytes(field)) {
    out.varint32((field.number << 3) | 2);
    out.varint32(part.data.length);
    out.bytes(part.data);
    return undefined;
  }
  if (isHttpBody(messageOf(field))) {
    const byDefault = part.filename === undefined ? "text/plain" : "application/octet-stream";
    const contentType = part.contentType ?? byDefault;
    writeHttpBody({ contentType, data: part.data }, field.number, out);
    return undefined;
  }
  const problem = codecs.readers.fieldOrElement(field).read(part.data, out);
  return problem === undefined ? undefined : jsonFailure(problem);
}

/** Writes a field inside the messages above it; what is there already of them is merged by its reader. */
function writeNested(
  path: readonly DescField[],
  out: WireWriter,
  write: () => Failure | undefined,
): Failure | undefined {
  const [outer, ...rest] = path;
  if (outer === undefined || rest.length === 0) return write();
  if (outer.fieldKind === "message" && outer.delimitedEncoding) {
    out.varint32((outer.number << 3) | 3);
    const failure = writeNested(rest, out, write);
    out.varint32((outer.number << 3) | 4);
    return failure;
  }
  out.varint32((outer.number << 3) | 2);
  const length = out.openLength(1);
  const failure = writeNested(rest, out, write);
  out.closeLength(length, 1);
  return failure;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function bindText(
  part: FormPart,
  parameter: Parameter,
  state: PartState,
  out: WireWriter,
): Failure | undefined {
  if (parameter.kind === "ignored") return undefined;
  if (parameter.kind === "refused") return badPart(part, parameter.message);
  let text: string;
  try {
    text = utf8.decode(part.data);
  } catch {
    return badPart(part, "is not UTF-8");
  }
  const { field } = parameter;
  const inside = isInside(field.id, state.whole);
  const problem = inside ? insideWhole : (bindOnce(field, state) ?? field.write(text, out));
  return problem === undefined ? undefined : badPart(part, problem);
}

function badPart(part: FormPart, problem: string): Failure {
  const name = part.name.length > 64 ? `${part.name.slice(0, 64)}…` : part.name;
  return gatewayFailure("INVALID_FIELD", `form part ${name}: ${problem}`, {
    violations: [{ field: name, description: problem }],
  });
}
