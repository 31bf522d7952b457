import { type Clock, err, ok, type Result } from "../../base/index.ts";
import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type HttpRule,
  isRepeatable,
} from "../../descriptor/index.ts";
import {
  compileGuard,
  compileMissingRequired,
  compileTextField,
  isTextBindable,
} from "../../protojson/index.ts";
import type { RpcMethod } from "../../rpc/index.ts";
import type { TranscodingTimers } from "../../telemetry/index.ts";
import type { Protocol } from "../protocol.ts";
import { compileClose } from "./close.ts";
import { compileCloseStream, compileStreamFormat, refuseUnacceptable } from "./close-stream.ts";
import type { RestCodecs } from "./codecs.ts";
import { type FailureRules, failureResponse } from "./fail.ts";
import {
  type FieldPath,
  leafOf,
  type OneofChoice,
  oneofChoices,
  pathName,
  resolveFieldPath,
} from "./field-path.ts";
import { isHttpBody } from "./http-body.ts";
import { unsupportedType } from "./media-type.ts";
import { compileMultipart } from "./multipart-fields.ts";
import { compileOpen } from "./open.ts";
import type { BodyRule, MultipartBinder, OpenRules } from "./open-rules.ts";
import { compileOpenStream } from "./open-stream.ts";
import type { RestOptions } from "./options.ts";
import { compileParameters } from "./parameter.ts";
import type { PathVariable } from "./path-values.ts";
import { placeCalls } from "./placement.ts";
import type { QueryRules } from "./query.ts";
import { replyPrinter } from "./reply-printer.ts";
import { compileRequestHead } from "./request-head.ts";
import { compileMaskFiller } from "./update-mask.ts";

/** What a REST binding is compiled from. */
export interface RestBindingInput {
  readonly method: DescMethod;
  readonly rule: HttpRule;
  /** Dotted field paths of the template's variables, in its order. */
  readonly variables: readonly (readonly string[])[];
  readonly options: RestOptions;
  readonly codecs: RestCodecs;
  readonly clock: Clock;
  readonly transcoding: TranscodingTimers;
}

/** Compiles one HTTP rule of one method into a protocol; the errors are sentences for its author. */
export function compileRestBinding(input: RestBindingInput): Result<Protocol, readonly string[]> {
  const problems = kindProblems(input.rule.kind);
  const paths = resolveVariables(input, problems);
  const bodyField = resolveBody(input, problems);
  if (problems.length === 0) problems.push(...collisions(paths, bodyField));
  const responseField = resolveResponse(input, problems);
  if (problems.length > 0) return err(problems);
  const { options, codecs, clock, transcoding } = input;
  const rules: OpenRules = {
    method: rpcMethod(input.method, input.rule.kind),
    variables: paths.map((path) => pathVariable(path, codecs)),
    query: queryRules(input, paths, bodyField),
    body: bodyRule(input, paths, bodyField),
    findMissing: compileMissingRequired(input.method.input),
    readHead: compileRequestHead(options.metadata),
    options,
    clock,
    timer: transcoding.request,
  };
  const { clientStreaming, serverStreaming } = rules.method;
  const printer = replyPrinter(input.method.output, responseField, codecs.writers);
  const formatOf = compileStreamFormat(printer, options.streams);
  const open = placeCalls(
    clientStreaming ? compileOpenStream(rules) : compileOpen(rules),
    options.placement,
    input.variables.map((path) => path.join(".")),
  );
  const closeRules = {
    printer,
    metadata: options.metadata,
    successStatus: options.successStatus,
  };
  const failureRules = failureRulesOf(options, codecs);
  return ok({
    open: serverStreaming ? refuseUnacceptable(open, formatOf) : open,
    close: serverStreaming
      ? compileCloseStream({
          ...closeRules,
          streams: options.streams,
          formatOf,
          idleMs: options.limits.streamIdleMs,
          failures: failureRules,
          clock,
        })
      : compileClose(closeRules, transcoding.reply),
    fail: (failure) => failureResponse(failure, failureRules),
  });
}

/** A method as RFC 9110 §5.6.2 writes it. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;
/** What no listener ever serves: a tunnel, and two that give a request's own headers back. */
const neverServed = new Set(["CONNECT", "TRACE", "TRACK"]);

function kindProblems(kind: string): string[] {
  if (!token.test(kind)) return [`custom kind "${kind}": expected an HTTP method, or * for any`];
  return neverServed.has(kind) ? [`custom kind "${kind}": is never served`] : [];
}

function rpcMethod(method: DescMethod, httpMethod: string): RpcMethod {
  const kind = method.methodKind;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    clientStreaming: kind === "client_streaming" || kind === "bidi_streaming",
    serverStreaming: kind === "server_streaming" || kind === "bidi_streaming",
    // RFC 9110 §9.2.2 says more of PUT and DELETE than most services keep: a second DELETE is NOT_FOUND.
    isIdempotent: httpMethod === "GET" || isRepeatable(method),
  };
}

function failureRulesOf(
  { errors, metadata, debugInfo }: RestOptions,
  codecs: RestCodecs,
): FailureRules {
  return {
    errors,
    prefix: metadata.prefix,
    trailerPrefix: metadata.trailerPrefix ?? metadata.prefix,
    statusHeader: metadata.statusHeader,
    debugInfo,
    printDetails: codecs.printDetails,
  };
}

function resolveVariables(input: RestBindingInput, problems: string[]): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  for (const names of input.variables) {
    const path = resolveFieldPath(input.method.input, names);
    const problem = path.ok ? unbindable(path.value) : path.error.message;
    if (problem !== undefined) problems.push(`path field "${names.join(".")}": ${problem}`);
    else if (path.ok) paths.push(path.value);
  }
  return paths;
}

/**
 * What a rule binds twice, so that one value would silently take the other's place: a field under two spellings, a
 * variable that is the body itself, two members of one oneof. Where a body is the whole message or around the
 * variable, each request is compared instead.
 */
function collisions(
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): readonly string[] {
  const places = paths.map((path) => ({ name: `path field "${pathName(path)}"`, path }));
  if (bodyField !== undefined) places.push({ name: `body "${bodyField.name}"`, path: [bodyField] });
  const problems: string[] = [];
  places.forEach((place, index) => {
    for (const earlier of places.slice(0, index)) {
      const problem = collision(earlier, place);
      if (problem !== undefined) problems.push(problem);
    }
  });
  return problems;
}

interface BoundPlace {
  readonly name: string;
  readonly path: FieldPath;
}

function collision(earlier: BoundPlace, later: BoundPlace): string | undefined {
  if (pathName(earlier.path) === pathName(later.path)) {
    return `${later.name}: is bound by ${earlier.name} already`;
  }
  const choices = oneofChoices(earlier.path);
  const second = oneofChoices(later.path).find(({ group, member }) =>
    choices.some((choice) => choice.group === group && choice.member !== member),
  );
  if (second === undefined) return undefined;
  return `${later.name}: is in a oneof with ${earlier.name}, so no message holds both`;
}

function unbindable(path: FieldPath): string | undefined {
  const leaf = leafOf(path);
  if (leaf.fieldKind === "list") return "is repeated";
  if (leaf.fieldKind === "map") return "is a map";
  return isTextBindable(leaf) ? undefined : "is a message";
}

function resolveBody(input: RestBindingInput, problems: string[]): DescField | undefined {
  const { body } = input.rule;
  if (body === "" || body === "*") return undefined;
  return resolveTopLevel(input.method.input, body, "body", problems);
}

function resolveResponse(input: RestBindingInput, problems: string[]): DescField | undefined {
  const { responseBody } = input.rule;
  if (responseBody === "" || responseBody === "*") return undefined;
  return resolveTopLevel(input.method.output, responseBody, "response_body", problems);
}

function resolveTopLevel(
  message: DescMessage,
  name: string,
  place: string,
  problems: string[],
): DescField | undefined {
  const path = resolveFieldPath(message, [name]);
  if (path.ok) return path.value[0];
  problems.push(`${place} "${name}": ${path.error.message}`);
  return undefined;
}

function pathVariable(path: FieldPath, codecs: RestCodecs): PathVariable {
  const text = compileTextField(path, codecs.registry, codecs.read);
  return { name: pathName(path), write: (value, out) => text.write(value, out) };
}

function queryRules(
  input: RestBindingInput,
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): QueryRules {
  const { options, method, rule } = input;
  const ignored = new Set(options.ignoredQueryParameters);
  const parameterOf = compileParameters({
    root: method.input,
    prefix: [],
    pathBound: new Set(paths.map(pathName)),
    pathWins: options.conflicts === "path_wins",
    bodyField: bodyField?.name,
    ignoreUnknown: options.ignoreUnknownQuery,
    ignored,
    registry: input.codecs.registry,
    json: input.codecs.read,
  });
  return {
    parameterOf:
      rule.body === "*"
        ? (name) =>
            options.ignoreUnknownQuery || ignored.has(name)
              ? { kind: "ignored" }
              : {
                  kind: "refused",
                  message: "the body is the whole message, so no parameter is taken",
                }
        : parameterOf,
    plusAsSpace: options.plusAsSpace,
    maxParameters: options.limits.queryParameters,
    chosen: chosenBefore(paths, bodyField),
    place: "query parameter",
  };
}

function chosenBefore(
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): readonly OneofChoice[] {
  const byPath = paths.flatMap(oneofChoices);
  return bodyField === undefined ? byPath : [...byPath, ...oneofChoices([bodyField])];
}

function bodyRule(
  input: RestBindingInput,
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): BodyRule | undefined {
  const { method, rule, codecs, options } = input;
  if (rule.body === "") return undefined;
  const reader =
    bodyField === undefined
      ? codecs.readers.message(method.input)
      : codecs.readers.field(bodyField);
  const message = bodyMessage(method.input, bodyField);
  const isRaw = isHttpBody(message);
  const { clientStreaming: isStream } = rpcMethod(method, rule.kind);
  const isBound = paths.some((path) => bodyField === undefined || path[0] === bodyField);
  const fillsMask =
    options.fillUpdateMask && rule.kind.toUpperCase() === "PATCH" && bodyField !== undefined;
  return {
    reader,
    guard: isBound ? compileGuard(paths) : undefined,
    form: formRules(input, paths, bodyField),
    multipart: multipartBinder(input, paths, bodyField),
    isHttpBody: isRaw,
    fieldNumber: bodyField?.number ?? 0,
    isMessageField: bodyField?.fieldKind === "message",
    fillMask: fillsMask ? compileMaskFiller(method.input, bodyField) : undefined,
    unsupportedType: unsupportedType({
      isHttpBody: isRaw,
      isStream,
      isMessage: message !== undefined,
    }),
  };
}

/** The message that a body is; undefined where it is a field of another kind. */
function bodyMessage(input: DescMessage, field: DescField | undefined): DescMessage | undefined {
  if (field === undefined) return input;
  return field.fieldKind === "message" ? field.message : undefined;
}

function multipartBinder(
  { options, method, codecs }: RestBindingInput,
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): MultipartBinder | undefined {
  const root = bodyMessage(method.input, bodyField);
  if (root === undefined) return undefined;
  return compileMultipart({
    root,
    prefix: bodyField === undefined ? [] : [bodyField],
    pathBound: new Set(paths.map(pathName)),
    pathWins: options.conflicts === "path_wins",
    chosen: chosenBefore(paths, undefined),
    ignoreUnknown: options.json.ignoreUnknownFields,
    maxParts: options.limits.queryParameters,
    codecs,
  });
}

/** A form fills the message that the body is; its parameters are named from there (transcoding.md §2). */
function formRules(
  input: RestBindingInput,
  paths: readonly FieldPath[],
  bodyField: DescField | undefined,
): QueryRules | undefined {
  const prefix = bodyField === undefined ? [] : [bodyField];
  if (bodyField !== undefined && bodyField.fieldKind !== "message") return undefined;
  const { options, method, codecs } = input;
  return {
    parameterOf: compileParameters({
      root: bodyField?.fieldKind === "message" ? bodyField.message : method.input,
      prefix,
      pathBound: new Set(paths.map(pathName)),
      pathWins: options.conflicts === "path_wins",
      bodyField: undefined,
      ignoreUnknown: options.json.ignoreUnknownFields,
      ignored: new Set(),
      registry: codecs.registry,
      json: codecs.read,
    }),
    plusAsSpace: true,
    maxParameters: options.limits.queryParameters,
    chosen: chosenBefore(paths, undefined),
    place: "form field",
  };
}
