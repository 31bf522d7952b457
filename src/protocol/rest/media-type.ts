import { type Failure, gatewayFailure } from "../../rpc/index.ts";

/** How a request body is to be read, by its `content-type`. */
export type BodyFormat = "json" | "lines" | "form" | "multipart" | "unsupported";

const formats = new Map<string, BodyFormat>();
/** Distinct content types remembered; beyond them each is parsed anew. */
const rememberedTypes = 256;

/**
 * The format of a `content-type` (RFC 9110 §8.3.1): `application/json`, `application/*+json` and none at all
 * are JSON, which is UTF-8 and nothing else (RFC 8259 §8.1); the rest go by their names.
 */
export function bodyFormat(contentType: string | undefined): BodyFormat {
  if (contentType === undefined) return "json";
  let format = formats.get(contentType);
  if (format === undefined) {
    format = parseFormat(contentType);
    if (formats.size < rememberedTypes) formats.set(contentType, format);
  }
  return format;
}

/** The format of a body by its `content-type`, or JSON where a binding takes any type for it. */
export function formatAmong(
  contentTypes: "strict" | "any",
  contentType: string | undefined,
): BodyFormat {
  return contentTypes === "any" ? "json" : bodyFormat(contentType);
}

/** Whether a `content-type` may stand in a google.api.HttpBody: a proto string is UTF-8, and a header ASCII. */
export function isPrintable(contentType: string | undefined): boolean {
  return contentType === undefined || /^[\t\x20-\x7e]*$/.test(contentType);
}

const otherFormats = new Map<string, BodyFormat>([
  ["application/x-ndjson", "lines"],
  ["application/ndjson", "lines"],
  ["application/jsonl", "lines"],
  ["application/x-www-form-urlencoded", "form"],
  ["multipart/form-data", "multipart"],
]);

/** gRPC and gRPC-Web with any suffix; `application/grpc+json` is framed, so it is no `application/*+json`. */
const grpcType = /^application\/grpc(?:-web(?:-text)?)?(?:\+|$)/;

function parseFormat(contentType: string): BodyFormat {
  const [essence = "", ...parameters] = contentType.split(";").map((part) => part.trim());
  const type = essence.toLowerCase();
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=").map((part) => part.trim().toLowerCase());
    if (name === "charset" && !/^"?utf-?8"?$/.test(value)) return "unsupported";
  }
  if (grpcType.test(type)) return "unsupported";
  if (type === "application/json" || /^application\/[\w.!#$&^-]+\+json$/.test(type)) return "json";
  return otherFormats.get(type) ?? "unsupported";
}

/** What a binding takes as its body. */
export interface TakenTypes {
  readonly isHttpBody: boolean;
  readonly isStream: boolean;
  /** Whether the body is a message, which a form can fill. */
  readonly isMessage: boolean;
}

/** The answer to a `content-type` that a binding does not take: it names those that it does (RFC 9110 §15.5.16). */
export function unsupportedType(taken: TakenTypes): Failure {
  const types = typesOf(taken);
  const expected = taken.isHttpBody
    ? "a media type in printable ASCII"
    : types.join(", ").replace(/, ([^,]*)$/, " or $1");
  return gatewayFailure("UNSUPPORTED_MEDIA_TYPE", `content-type: expected ${expected}`, {
    headers: ["accept", types.join(", ")],
  });
}

function typesOf({ isHttpBody, isStream, isMessage }: TakenTypes): readonly string[] {
  if (isHttpBody) return ["*/*"];
  if (isStream) return ["application/json", "application/x-ndjson"];
  const forms = isMessage ? ["application/x-www-form-urlencoded", "multipart/form-data"] : [];
  return ["application/json", ...forms];
}
