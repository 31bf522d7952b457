import { z } from "zod";
import type {
  JsonSwitches,
  MetadataConfig,
  RestSwitches,
  StreamSwitches,
  Switches,
} from "../gateway-config.ts";
import {
  choice,
  described,
  duration,
  type Meaning,
  matching,
  someOf,
  someText,
  switchValue,
} from "./text.ts";

/** What the top level, a listener, a route or a method says of its switches; the rest comes from the level above. */
export interface SwitchLevel {
  readonly json?: Partial<JsonSwitches> | undefined;
  readonly rest?: Partial<RestSwitches> | undefined;
  readonly metadata?: Partial<MetadataConfig> | undefined;
  readonly streams?: Partial<StreamSwitches> | undefined;
  readonly errors?: Switches["errors"] | undefined;
}

/** What holds where no level says otherwise. */
export const defaultSwitches: Switches = {
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
    wrongMethod: 405,
    conflicts: "refuse",
    unexpectedBody: "refuse",
    contentTypes: "strict",
    fillUpdateMask: false,
    debugInfo: false,
  },
  metadata: {
    remove: [],
    prefix: "",
    trailerPrefix: undefined,
    requestPrefix: "",
    statusHeader: undefined,
  },
  streams: {
    formats: ["array", "ndjson", "sse"],
    framing: "plain",
    concatenated: false,
    sseHeartbeatMs: 15_000,
    firstMessageTimeoutMs: 1000,
    websocket: false,
    websocketOrigins: [],
  },
  errors: "status",
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
    wrong_method: described(
      "Status for a path that is served with other methods: 404, 501, or 405 with Allow (default).",
      z.literal([404, 405, 501], { error: "expected 404, 405 or 501" }),
    ).optional(),
    conflicts: described(
      "A body or query that gives a path-bound field another value: refuse it (default), or path_wins.",
      choice("a way to settle conflicts", ["refuse", "path_wins"]),
    ).optional(),
    unexpected_body: described(
      "A body where the HTTP rule takes none: refuse it (default), or ignore.",
      choice("a way to treat a body", ["refuse", "ignore"]),
    ).optional(),
    content_types: described(
      "How a body is read: by its content type (strict, default), or as JSON whatever that says (any).",
      choice("a way to treat content types", ["strict", "any"]),
    ).optional(),
    fill_update_mask: flag(
      `Give a PATCH without a field mask one of the fields in its body. ${off}`,
    ),
    debug_info: flag(
      `Send google.rpc.DebugInfo of an upstream's errors on: its stack traces. ${off}`,
    ),
  })
  .transform((keys) =>
    present<RestSwitches>({
      trailingSlash: keys.trailing_slash,
      urlUnescape: keys.url_unescape,
      autoMapping: keys.auto_mapping,
      ignoreUnknownQuery: keys.ignore_unknown_query,
      ignoredQueryParameters: keys.ignored_query_parameters,
      plusAsSpace: keys.plus_as_space,
      wrongMethod: keys.wrong_method,
      conflicts: keys.conflicts,
      unexpectedBody: keys.unexpected_body,
      contentTypes: keys.content_types,
      fillUpdateMask: keys.fill_update_mask,
      debugInfo: keys.debug_info,
    }),
  );

const streamFormat = choice("a format of streams", ["array", "ndjson", "sse"]);
const streamFormats = someOf(streamFormat, "format");
const longestWait = "500h";

const streams: z.ZodType<Partial<StreamSwitches>> = z
  .strictObject({
    formats: described(
      "What server streams are written as: the first by default, the others by accept. Default [array, ndjson, sse].",
      streamFormats,
    ).optional(),
    framing: described(
      'Messages as they are: plain (default), or each as {"result": …}.',
      choice("a framing", ["plain", "result"]),
    ).optional(),
    concatenated: flag(
      `Take a client stream of JSON values one after another, not only an array. ${off}`,
    ),
    sse_heartbeat: described(
      "How long server-sent events may be silent before a comment is sent; 0s for ever. Default 15s.",
      duration({ least: "0s", most: longestWait }),
    ).optional(),
    first_message_timeout: described(
      "How long the headers of a stream wait for its first message. Default 1s.",
      duration({ least: "0s", most: longestWait }),
    ).optional(),
    websocket: flag(`Serve streaming methods over WebSocket too. ${off}`),
    websocket_origins: described(
      "Origins whose pages may open a WebSocket beside the gateway's own; * for all. Default none.",
      z.array(
        matching(/^(?:\*|https?:\/\/[^/\s]+)$/, "an origin such as https://app.example.com, or *"),
      ),
    ).optional(),
  })
  .transform((keys) =>
    present<StreamSwitches>({
      formats: keys.formats,
      framing: keys.framing,
      concatenated: keys.concatenated,
      sseHeartbeatMs: keys.sse_heartbeat,
      firstMessageTimeoutMs: keys.first_message_timeout,
      websocket: keys.websocket,
      websocketOrigins: keys.websocket_origins,
    }),
  );

const errors = choice("a shape of errors", ["status", "problem+json"]);

const headerName = matching(
  /^[a-z0-9_.-]{1,128}$/,
  "a header name in lower case, such as x-http-code",
  "header",
);

const headerPrefix = matching(
  /^[a-z0-9_.-]{0,64}$/,
  "a prefix in lower case, such as grpc-metadata-",
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
      headerPrefix,
    ).optional(),
    trailer_prefix: described(
      "Put in front of the names of trailing metadata. Default what prefix says.",
      headerPrefix,
    ).optional(),
    request_prefix: described(
      "Request headers with this in front become metadata without it. Default none.",
      headerPrefix,
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
    const given = present<Omit<MetadataConfig, "statusHeader">>({
      remove,
      prefix,
      trailerPrefix: keys.trailer_prefix,
      requestPrefix: keys.request_prefix,
    });
    if (statusHeader === undefined) return given;
    return { ...given, statusHeader: statusHeader === false ? undefined : statusHeader };
  });

/** The keys of all switches, each at the level that `where` names. */
export function switchKeys(where: string): {
  readonly json: z.ZodType<Partial<JsonSwitches> | undefined>;
  readonly rest: z.ZodType<Partial<RestSwitches> | undefined>;
  readonly metadata: z.ZodType<Partial<MetadataConfig> | undefined>;
  readonly streams: z.ZodType<Partial<StreamSwitches> | undefined>;
  readonly errors: z.ZodType<Switches["errors"] | undefined>;
} {
  return {
    json: described(`How JSON is read and printed ${where}.`, json.optional()),
    rest: described(`How paths and queries are matched and read ${where}.`, rest.optional()),
    metadata: described(
      `How HTTP headers and gRPC metadata become each other ${where}.`,
      metadata.optional(),
    ),
    streams: described(
      `How streams are read and written ${where}: a list of formats, or a map.`,
      z
        .union([streamFormats.transform((formats) => ({ formats })), streams], {
          error: "expected a list of formats or a map",
        })
        .optional() as z.ZodType<Partial<StreamSwitches> | undefined>,
    ),
    errors: described(
      `What errors look like ${where}: status (default), or problem+json.`,
      errors.optional(),
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
