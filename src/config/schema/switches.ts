import { z } from "zod";
import type { JsonSwitches, MetadataConfig, RestSwitches } from "../gateway-config.ts";
import { choice, described, type Meaning, matching, someText, switchValue } from "./text.ts";

/** What the top level, a route or a method says of its switches; the rest comes from the level above. */
export interface SwitchLevel {
  readonly json: Partial<JsonSwitches>;
  readonly rest: Partial<RestSwitches>;
  readonly metadata: Partial<MetadataConfig>;
}

/** What holds where no level says otherwise. */
export const defaultSwitches: {
  readonly json: JsonSwitches;
  readonly rest: RestSwitches;
  readonly metadata: MetadataConfig;
} = {
  json: {
    emitDefaults: false,
    enumsAsIntegers: false,
    preserveProtoNames: false,
    int64AsNumber: false,
    pretty: false,
    ignoreUnknownFields: false,
    caseInsensitiveEnums: false,
  },
  rest: {
    trailingSlash: "strict",
    urlUnescape: "all_except_slash",
    autoMapping: true,
    ignoreUnknownQuery: false,
    ignoredQueryParameters: [],
    plusAsSpace: true,
  },
  metadata: { remove: [], prefix: "", statusHeader: undefined },
};

const off = "Default false.";
const on = "Default true.";

const json: z.ZodType<Partial<JsonSwitches>> = z
  .strictObject({
    emit_defaults: flag(`Print fields that hold their default value. ${off}`),
    enums_as_integers: flag(`Print enums as numbers. ${off}`),
    preserve_proto_names: flag(
      `Print field names as the .proto file has them instead of in lowerCamelCase. ${off}`,
    ),
    int64_as_number: flag(
      `Print 64-bit integers as JSON numbers; clients that read doubles lose digits. ${off}`,
    ),
    pretty: flag(`Print JSON with line breaks and indentation. ${off}`),
    ignore_unknown_fields: flag(
      `Drop unknown fields of a request instead of answering 400. ${off}`,
    ),
    case_insensitive_enums: flag(`Read enum names in any case. ${off}`),
  })
  .transform((keys) =>
    present<JsonSwitches>({
      emitDefaults: keys.emit_defaults,
      enumsAsIntegers: keys.enums_as_integers,
      preserveProtoNames: keys.preserve_proto_names,
      int64AsNumber: keys.int64_as_number,
      pretty: keys.pretty,
      ignoreUnknownFields: keys.ignore_unknown_fields,
      caseInsensitiveEnums: keys.case_insensitive_enums,
    }),
  );

const rest: z.ZodType<Partial<RestSwitches>> = z
  .strictObject({
    trailing_slash: described(
      "Whether /v1/books/ matches what /v1/books does: ignore, or strict (default).",
      choice("a way to treat a trailing slash", ["strict", "ignore"]),
    ).optional(),
    url_unescape: described(
      "What is decoded in a variable of several segments. Default all_except_slash.",
      choice("a way to unescape", ["all_except_slash", "all_except_reserved", "all"]),
    ).optional(),
    auto_mapping: flag(`Serve every method at POST /package.Service/Method too. ${on}`),
    ignore_unknown_query: flag(
      `Drop query parameters that name no field instead of answering 400. ${off}`,
    ),
    ignored_query_parameters: described(
      "Query parameters that are always dropped, by name. Default none.",
      z.array(someText("the name of a query parameter")),
    ).optional(),
    plus_as_space: flag(`Read + in a query as a blank. ${on}`),
  })
  .transform((keys) =>
    present<RestSwitches>({
      trailingSlash: keys.trailing_slash,
      urlUnescape: keys.url_unescape,
      autoMapping: keys.auto_mapping,
      ignoreUnknownQuery: keys.ignore_unknown_query,
      ignoredQueryParameters: keys.ignored_query_parameters,
      plusAsSpace: keys.plus_as_space,
    }),
  );

const headerName = matching(
  /^[a-z0-9_.-]{1,128}$/,
  "a header name in lower case, such as x-http-code",
  "header",
);

const metadata: z.ZodType<Partial<MetadataConfig>> = z
  .strictObject({
    remove: described(
      "Request headers that never become metadata. Default none.",
      z.array(headerName),
    ).optional(),
    prefix: described(
      "Put in front of the names of reply metadata, such as grpc-metadata-. Default none.",
      matching(/^[a-z0-9_.-]{0,64}$/, "a prefix in lower case, such as grpc-metadata-", "header"),
    ).optional(),
    status_header: described(
      "Reply metadata whose value sets the HTTP status, such as x-http-code; false for none (default).",
      z
        .union([z.literal(false), headerName], {
          error: "expected a metadata name in lower case, or false",
        })
        .meta({ "x-diglot": "header" satisfies Meaning }),
    ).optional(),
  })
  .transform((keys) => {
    const { remove, prefix, status_header: statusHeader } = keys;
    const given = present<Pick<MetadataConfig, "remove" | "prefix">>({ remove, prefix });
    if (statusHeader === undefined) return given;
    return { ...given, statusHeader: statusHeader === false ? undefined : statusHeader };
  });

/** The three maps of switches, each at the level that `where` names. */
export function switchKeys(where: string): {
  readonly json: z.ZodType<Partial<JsonSwitches> | undefined>;
  readonly rest: z.ZodType<Partial<RestSwitches> | undefined>;
  readonly metadata: z.ZodType<Partial<MetadataConfig> | undefined>;
} {
  return {
    json: described(`How JSON is read and printed ${where}.`, json.optional()),
    rest: described(`How paths and queries are matched and read ${where}.`, rest.optional()),
    metadata: described(
      `How HTTP headers and gRPC metadata become each other ${where}.`,
      metadata.optional(),
    ),
  };
}

function flag(description: string): z.ZodType<boolean | undefined> {
  return described(description, switchValue()).optional();
}

/** The keys that were written: an absent one must not hide the level above. */
function present<T extends object>(
  keys: {
    readonly [Key in keyof T]: T[Key] | undefined;
  },
): Partial<T> {
  return Object.fromEntries(
    Object.entries(keys).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
