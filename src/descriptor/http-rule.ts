import {
  create,
  createFileRegistry,
  type DescExtension,
  type DescMethod,
  fromJson,
  getOption,
  hasOption,
  type JsonValue,
  type Message,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result } from "../base/index.ts";
import { addBuiltins, findBuiltin } from "./builtin/builtin-files.ts";
import type { FileUnit } from "./link/file-unit.ts";

/** One HTTP binding of a method: `google.api.http`, flattened. */
export interface HttpRule {
  /** "get", "put", "post", "delete" and "patch", or the method of a custom pattern as written; "*" is any. */
  readonly kind: string;
  readonly template: string;
  /** "" none, "*" all fields no template names, else the name of the field that is the body. */
  readonly body: string;
  /** "" the whole reply, else the name of the field that is. */
  readonly responseBody: string;
  /** 0 for the primary binding, then `additional_bindings` in their order. */
  readonly index: number;
}

/** A rule given outside of the descriptors, with the method or methods it is for. */
export interface SelectedHttpRules {
  /** The full name of a method, or a prefix ending in `*`. */
  readonly selector: string;
  readonly rules: readonly HttpRule[];
}

interface HttpRuleMessage extends Message {
  readonly selector: string;
  readonly pattern:
    | { readonly case: undefined }
    | { readonly case: "custom"; readonly value: { readonly kind: string; readonly path: string } }
    | { readonly case: "get" | "put" | "post" | "delete" | "patch"; readonly value: string };
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRuleMessage[];
}

const noRules: readonly HttpRule[] = [];
const cache = new WeakMap<DescMethod, readonly HttpRule[]>();
let annotation: DescExtension | undefined;

/**
 * The HTTP bindings of a method, the primary one first; empty without an annotation. Bindings inside
 * additional bindings are left out, as http.proto says they must not be there.
 */
export function httpRulesOf(method: DescMethod): readonly HttpRule[] {
  const known = cache.get(method);
  if (known !== undefined) return known;
  annotation ??= loadAnnotation();
  const rules = hasOption(method, annotation)
    ? flatten(getOption(method, annotation) as HttpRuleMessage)
    : noRules;
  cache.set(method, rules);
  return rules;
}

/** What is odd about a method's annotation, but was left out rather than refused. */
export function httpRuleWarnings(method: DescMethod): readonly string[] {
  annotation ??= loadAnnotation();
  if (!hasOption(method, annotation)) return [];
  const message = getOption(method, annotation) as HttpRuleMessage;
  const name = `${method.parent.typeName}.${method.name}`;
  return [message, ...message.additionalBindings].flatMap((binding, index) => {
    const where = index === 0 ? name : `${name}, additional binding ${index}`;
    const isNested = index > 0 && binding.additionalBindings.length > 0;
    const hasNoPattern = binding.pattern.case === undefined;
    const odd = oddities(binding);
    return [
      ...(hasNoPattern ? [`${where}: its google.api.http has no pattern and is left out`] : []),
      ...odd.map((what) => `${where}: ${what}`),
      ...(isNested ? [`${where}: bindings inside an additional binding are left out`] : []),
    ];
  });
}

/** What http.proto does not foresee, and has only one meaning all the same. */
function oddities({ pattern, body, responseBody }: HttpRuleMessage): readonly string[] {
  const kind = pattern.case === "custom" ? pattern.value.kind : pattern.case;
  return [
    ...(responseBody === "*"
      ? ['its response_body "*" names no field; the whole message is the body, as without it']
      : []),
    ...(body !== "" && (kind === "get" || kind === "GET" || kind === "HEAD")
      ? [`its body "${body}" will hardly come: ${kind.toUpperCase()} has none for most clients`]
      : []),
  ];
}

/**
 * Reads one element of a `google.api.Http` rules list, in its JSON form. Fails with a message that names
 * the field when a field is unknown, of the wrong type, or when there is no pattern or selector.
 */
export function parseHttpRule(value: unknown): Result<SelectedHttpRules, string> {
  annotation ??= loadAnnotation();
  const desc = annotation.message;
  if (desc === undefined) throw new Error("google.api.http is not a message");
  let message: HttpRuleMessage;
  try {
    message = fromJson(desc, value as JsonValue) as HttpRuleMessage;
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const { selector } = message;
  if (selector === "") return err("selector is missing: name a method");
  const rules = flatten(message);
  if (rules.length === 0) {
    return err("a pattern is missing: one of get, put, post, delete, patch, custom");
  }
  return ok({ selector, rules });
}

/** The extension google.api.http, from the built-in files: its number is what finds it in any schema. */
function loadAnnotation(): DescExtension {
  const units = new Map<string, FileUnit>();
  const unit = findBuiltin("google/api/annotations.proto");
  if (unit !== undefined) units.set(unit.proto.name, unit);
  addBuiltins(units);
  const set = create(FileDescriptorSetSchema);
  set.file = [...units.values()].map(({ proto }) => proto).reverse();
  const extension = createFileRegistry(set).getExtension("google.api.http");
  if (extension === undefined) throw new Error("the built-in google.api.http is missing");
  return extension;
}

function flatten(message: HttpRuleMessage): readonly HttpRule[] {
  return [message, ...message.additionalBindings].flatMap((binding, index) => {
    const { pattern, body, responseBody } = binding;
    if (pattern.case === undefined) return [];
    const kind = pattern.case === "custom" ? pattern.value.kind : pattern.case;
    const template = pattern.case === "custom" ? pattern.value.path : pattern.value;
    return [{ kind, template, body, responseBody, index }];
  });
}
