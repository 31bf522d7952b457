/** What the transcoder promises in one place, on which a test and a sentence of the docs stand. */
export interface Clause {
  /** What a title of a test begins with, such as `§1 load-order`. */
  readonly name: string;
  /** Words of docs/ that say it. */
  readonly words: string;
}

/**
 * Every clause of the contract: `§section slug | words of docs/rest.md, errors.md or configuration.md`. A test that
 * proves one begins its title with `§section slug:`; both sides of a switch have their own.
 */
const table = `
§1 template | A template is \`/\`, or segments with a \`:verb\` behind the last
§1 segment | A segment is a literal, \`*\` for any one, \`**\` for the rest
§1 bare-variable | \`{field}\` means \`{field=*}\`
§1 double-star-last | \`**\` takes zero or more segments at the end of a template
§1 double-star-inner | and one or more before literals
§1 double-star-tail | nothing but literals may follow it
§1 nested-braces | braces inside braces among them
§1 precedence | a literal goes before \`*\` and \`*\` before \`**\`
§1 backtracking | where that leads nowhere, the next is tried
§1 load-order | The order in which rules were loaded never matters
§1 many-slashes | 64,000 slashes are answered as quickly as any path of that length
§1 verb | A verb is what follows the last colon of the last segment
§1 verb-first | Templates with that verb are tried first; where none of them matches, the colon is an ordinary character
§1 verb-local | The verbs of one method change nothing for another
§1 literals-decoded | Literals are compared percent-decoded, on both sides
§1 query-cut | The query begins at the first \`?\`
§1 trailing-slash | A path with a slash at its end is another path
§1 trailing-slash-ignore | rest: { trailing_slash: ignore }
§1 empty-segment | An empty segment is nothing that \`*\` stands for
§1 dot-segments | \`.\` and \`..\` segments are 400, encoded or not
§1 nul | and so are NUL
§1 invalid-utf8 | NUL and invalid UTF-8
§1 one-segment | A variable of one segment is decoded wholly
§1 several-segments | One of several segments keeps \`%2F\`
§1 unescape-all-but-slash | \`all_except_slash\` is the default
§1 unescape-all-but-reserved | \`all_except_reserved\` keeps every reserved character of RFC 3986 encoded
§1 unescape-all | and \`all\` decodes the slash too
§1 additional-bindings | Additional bindings are served as well
§1 own-body | \`body\`, \`response_body\` and \`custom\` count for the binding that has them alone
§1 own-response-body | \`response_body\` and \`custom\` count for the binding
§1 own-custom | \`custom\` count for the binding that has them alone
§1 custom-kind | \`custom { kind }\` is any HTTP method by name
§1 custom-any | or \`*\` for all that no other rule has
§1 head | \`HEAD\` is answered by the \`GET\` rule without a body
§1 options | \`OPTIONS\` is 204 with \`allow\`
§1 wrong-method | A known path with another method is 405, and \`allow\` says which it has
§1 unknown-path | An unknown path is 404
§1 auto-mapping | is also served at \`POST /package.Service/Method\` with the whole message as its body
§1 auto-mapping-annotated | Every method, annotated or not
§1 auto-mapping-streams | Streaming methods are served there in the same way
§1 auto-mapping-off | rest: { auto_mapping: false }
§1 configured-rules | Rules come from the configuration too, by selector
§1 configured-rules-replace | They replace the annotation of the method, with all of its bindings
§1 refuse-place | with the method, the number of the binding and the reason
§1 refuse-grammar | a template that does not follow the grammar
§1 refuse-no-field | a variable that names no field
§1 refuse-repeated | or one that is repeated
§1 refuse-map | a map or a message
§1 refuse-message | a map or a message
§1 allowed-types | Wrappers, \`Timestamp\`, \`Duration\`, \`FieldMask\` and enums are one text in JSON and may be variables
§1 refuse-twice | the same variable twice, in whatever spelling
§1 refuse-conflict | two rules of one HTTP method, shape and verb: both methods are named
§1 different-shape | What differs in one of the three is served
§1 refuse-body | a \`body\` that names no field
§1 refuse-response-body | or a \`response_body\` that names none
§2 query-path-bound | A parameter that names a field of the path is 400, with whatever value
§2 body-path-absent | What the path says may be absent from the body
§2 body-path-equal | or equal to it
§2 body-path-differs | another value is 400
§2 body-path-by-field | Fields are compared, not spellings
§2 query-split | Parameters are split on \`&\`
§2 query-plus | A plus is a space
§2 query-plus-kept | rest: { plus_as_space: false }
§2 query-names | Names are dotted paths of proto or JSON names
§2 query-repeated | A repeated field repeats its parameter
§2 query-twice | a singular one given twice is 400, in any spelling
§2 query-map | Map entries are \`labels[key]=value\`, where the values are scalars
§2 query-nested | Fields of messages come by dotted names
§2 query-wrapper | Wrappers, \`Timestamp\`, \`Duration\` and \`FieldMask\` are their text
§2 query-timestamp | \`Timestamp\`, \`Duration\` and \`FieldMask\` are their text
§2 query-duration | \`Duration\` and \`FieldMask\` are their text
§2 query-field-mask | \`FieldMask\` are their text
§2 query-enum | Enums are names or numbers
§2 query-bytes | bytes are either base64
§2 query-bool | a bool is \`true\` or \`false\`
§2 query-unknown | An unknown name is 400 and says the nearest field
§2 query-unknown-ignored | rest: { ignore_unknown_query: true }
§2 query-listed-ignored | rest: { ignored_query_parameters: [utm_source] }
§2 query-whole-body | Where the body is the whole message (\`body: "*"\`) no parameter is accepted
§2 query-field-body | where it is one field, the others are the query's
§2 no-body | without \`body\` a request has none: a body there is 400
§2 one-of | So are two members of one oneof
§2 refuse-one-of | two variables, or a variable and the \`body\`, that are one field or members of one oneof
§2 refuse-bound-body | a variable and the \`body\`, that are one field
§2 query-count | At most 256 parameters are taken
§2 query-count-switch | \`limits.query_parameters\` says how many
§2 type-json | \`application/json\`, \`application/*+json\` and no content type at all are JSON
§2 type-suffix-json | \`application/*+json\` and no content type at all are JSON
§2 type-none | no content type at all are JSON
§2 type-other | Anything else is 415
§2 type-http-body | \`google.api.HttpBody\` takes any type
§2 type-form | Forms (\`application/x-www-form-urlencoded\`) bind like queries
§2 utf8 | JSON is UTF-8
§2 bom | a BOM is skipped
§2 empty-body | an empty body is the empty message
§2 gzip | Bodies in \`content-encoding: gzip\` or \`deflate\` are decoded
§2 deflate | or \`deflate\` are decoded
§2 decoded-limit | the limit of 4 MiB holds before and after
§2 br-zstd | \`br\` and \`zstd\` are not read
§2 encoding-unknown | and any other encoding is 415
§2 body-field | that field's JSON of any kind: an array, a map, a scalar or a message
§2 json-duplicate-keys | a key given twice
§2 json-trailing-commas | trailing commas
§2 json-comments | comments;
§2 json-unknown-fields | unknown fields
§2 json-wrong-types | wrong types
§2 json-range | numbers out of range
§2 json-enum-names | unknown enum names
§2 json-base64 | bad base64
§2 json-surrogates | half a surrogate pair
§2 json-depth | nesting deeper than 100 levels
§2 ignore-unknown-fields | \`ignore_unknown_fields\` drops them
§2 case-insensitive-enums | \`case_insensitive_enums\` reads enum names in any case, in bodies, paths and queries
§2 int64-exact | 64-bit integers are exact, quoted or not
§2 prototype-keys | \`__proto__\`, \`constructor\` and the like are unknown names like others
§2 error-place | the error says where, with field, line and column
§3 call-path | The call is \`POST /package.Service/Method\`
§3 te | with \`te: trailers\`
§3 content-type | and \`content-type: application/grpc\`, whatever the request was
§3 timeout-smaller | \`grpc-timeout\` is the smaller of the client's and the route's deadline
§3 timeout-streams | of streams as well
§3 timeout-passes | one that passes is 504 or a visible end of the stream
§3 timeout-malformed | A malformed one is 400
§3 headers-up | Request headers become metadata
§3 no-hop-by-hop | hop-by-hop headers, \`content-*\`, \`host\`
§3 no-content | \`content-*\`, \`host\`, \`accept*\`
§3 no-accept | \`accept*\`, \`te\`, \`trailer\`
§3 no-trailer | \`trailer\`, every \`grpc-*\`
§3 no-grpc | every \`grpc-*\` and every \`:pseudo\` header stay here
§3 no-pseudo | every \`:pseudo\` header stay here
§3 no-removed | so do the names in \`metadata.remove\`
§3 request-prefix | metadata: { request_prefix: grpc-metadata- }
§3 bin | \`-bin\` headers are base64 in HTTP and bytes in gRPC
§3 forwarded-added | \`x-forwarded-for\`, \`-proto\`, \`-host\`, \`x-request-id\` and \`traceparent\` are added
§3 untrusted | Those of the client are carried on only where
§3 trusted | where the listener's \`trusted_hops\` says that proxies stand in front
§3 request-plain | Messages go up as they are, unless the cluster says
§3 request-compression | unless the cluster says \`compression: gzip\`: then those from 1 KiB on are compressed
§3 reply-gzip | Replies compressed with gzip or deflate are understood
§3 reply-deflate | gzip or deflate are understood
§3 reply-identity | and plain (\`identity\`) ones
§3 client-gone | When the client goes away, its call is cancelled at once
§4 canonical | A reply is 200 and \`application/json\`, with \`content-length\`. It is canonical ProtoJSON
§4 emit-defaults | \`emit_defaults\` prints fields with default values
§4 enums-as-integers | \`enums_as_integers\` prints enums as numbers
§4 preserve-proto-names | \`preserve_proto_names\` prints names as the \`.proto\` file has them
§4 int64-as-number | \`int64_as_number\` prints 64-bit integers as numbers
§4 pretty | \`pretty\` prints line breaks and indentation
§4 printing-streams | They count for streams too, but a message of a stream stays on one line
§4 success-status | HTTP status of a reply that is well: 200, 201, 202 or 204
§4 response-body | \`response_body\` in the rule makes one field the body, of any kind
§4 response-body-printing | with the same switches
§4 initial-metadata | Initial metadata becomes headers
§4 trailing-metadata | Trailing metadata becomes headers too where it comes in time
§4 no-leak | \`grpc-status\`, \`grpc-message\`, \`grpc-encoding\` and every other \`grpc-*\` never leak
§4 metadata-prefix | \`prefix\` is put before the names of metadata
§4 status-header-off | By default no metadata sets the HTTP status
§4 status-header | metadata: { status_header: x-http-code }
§4 compression-off | Replies are not compressed unless the listener says so
§4 compression | The client's \`accept-encoding\` decides among the codings of the listener
§5 shape-router | Every error, whoever made it, is a \`google.rpc.Status\`
§5 shape-filter | Every error, whoever made it, is a \`google.rpc.Status\`
§5 shape-transcoder | Every error, whoever made it, is a \`google.rpc.Status\`
§5 shape-balancer | Every error, whoever made it, is a \`google.rpc.Status\`
§5 shape-listener | Every error, whoever made it, is a \`google.rpc.Status\`
§5 shape-upstream | Every error, whoever made it, is a \`google.rpc.Status\`
§5 field-violations | A bad field is a \`BadRequest\` with its \`field\` and \`description\`
§5 own-reason | errors that Diglot made end with a \`google.rpc.ErrorInfo\` of domain \`diglot\`
§5 details-decoded | Errors of the service are passed on with their details
§5 details-unknown | a detail whose type is not in the descriptors keeps its \`@type\` and a base64 \`value\`, and the others are still printed
§5 details-broken | Details that cannot be read are left out
§5 nothing-internal | No error holds a stack, a file name, an address or configuration
§5 problem-json | errors: problem+json
§5 code-ok | OK | 200
§5 code-cancelled | CANCELLED | 499
§5 code-unknown | UNKNOWN | 500
§5 code-invalid-argument | INVALID_ARGUMENT | 400
§5 code-deadline-exceeded | DEADLINE_EXCEEDED | 504
§5 code-not-found | NOT_FOUND | 404
§5 code-already-exists | ALREADY_EXISTS | 409
§5 code-permission-denied | PERMISSION_DENIED | 403
§5 code-resource-exhausted | RESOURCE_EXHAUSTED | 429
§5 code-failed-precondition | FAILED_PRECONDITION | 400
§5 code-aborted | ABORTED | 409
§5 code-out-of-range | OUT_OF_RANGE | 400
§5 code-unimplemented | UNIMPLEMENTED | 501
§5 code-internal | INTERNAL | 500
§5 code-unavailable | UNAVAILABLE | 503
§5 code-data-loss | DATA_LOSS | 500
§5 code-unauthenticated | UNAUTHENTICATED | 401
§5 code-other | any other number | 500
§5 own-404 | \`NO_ROUTE\` | NOT_FOUND | 404
§5 own-405 | \`METHOD_NOT_ALLOWED\` | UNIMPLEMENTED | 405
§5 own-406 | \`NOT_ACCEPTABLE\` | INVALID_ARGUMENT | 406
§5 own-413 | \`BODY_TOO_LARGE\` | RESOURCE_EXHAUSTED | 413
§5 own-414 | \`URI_TOO_LONG\` | INVALID_ARGUMENT | 414
§5 own-415 | \`UNSUPPORTED_MEDIA_TYPE\` | INVALID_ARGUMENT | 415
§5 own-431 | \`HEADERS_TOO_LARGE\` | INVALID_ARGUMENT | 431
§5 upstream-http-status | An upstream that answers without gRPC is never passed through: its HTTP status says the code
§5 upstream-not-passed | An upstream that answers without gRPC is never passed through
§5 upstream-no-status | a bad frame, no status, or two messages
§5 broken-truncated | a frame that is cut off
§5 broken-undecodable | a message that cannot be decoded
§5 broken-second-message | a second message on a unary reply
§5 broken-no-message | a second message on a unary reply or none
§5 broken-flag | a flag other than 0 or 1
§6 server-in | A server stream takes one JSON value
§6 out-array | and is a JSON array
§6 out-ndjson | a line a message (\`application/x-ndjson\`
§6 out-jsonl | or \`application/jsonl\`)
§6 out-sse | or server-sent events (\`text/event-stream\`)
§6 out-406 | Who takes none of them is answered 406
§6 out-formats | the first by default, the others by \`accept\`
§6 sse-id | each with an \`id:\`
§6 sse-heartbeat | Server-sent events that are silent for \`streams.sse_heartbeat\` (15 s) get a comment
§6 in-array | A client stream is a JSON array
§6 in-ndjson | or lines with \`content-type: application/x-ndjson\`. Each element goes up as soon as it is closed
§6 concatenated-off | values one after another are refused
§6 concatenated | \`concatenated\` takes them too
§6 client-out | The answer is one JSON value
§6 duplex | Both ways at once works over one HTTP/1.1 connection, each message before the next one is sent
§6 websocket | a text frame is a message
§6 websocket-off | Off by default. With \`streams: { websocket: true }\`
§6 framing | puts each message of a stream in \`{"result": …}\`
§6 headers-first | Headers go out with the first message
§6 headers-timeout | or after \`streams.first_message_timeout\` (1 s)
§6 flush | Every message is flushed as it comes
§6 first-bindings | Path and query go into the first message
§6 pressure-down | A reader that stops, stops the service
§6 pressure-up | a service that stops, stops the client that sends
§6 pressure-both | what is held meanwhile is bounded, in both directions
§6 failure-first | A failure before the first message has its own status
§6 failure-ndjson | NDJSON ends with a line \`{"error": …}\`
§6 failure-sse | server-sent events with an event \`error\`
§6 failure-array | an array is cut off: the connection closes inside the chunked body
§6 failure-broken | It closes so behind the line and the event too where the stream broke
§6 failure-websocket | or after a frame \`{"error": …}\` with 4000 plus the gRPC code
§6 http-body-up | A request's data and content type go up as they were sent
§6 http-body-parts | what arrives is sent on, at most 1 MiB a message
§6 http-body-down | A reply's data is the body, with its content type
§6 http-body-streamed | In server streams the parts are one body, one behind the other
§7 body | a request body, as sent and as decoded, however it is chunked | \`body\` | 4 MiB | 413
§7 body-switch | \`body\` | \`4MiB\` | Largest request body, as sent and as decoded; over it 413
§7 body-chunked | a request body, as sent and as decoded, however it is chunked
§7 reply | a message of a reply | \`reply\` | 4 MiB | 500, and the call is reset
§7 reply-switch | \`reply\` | \`4MiB\` | Largest message of an upstream's reply
§7 headers | the header block | \`headers\` | 16 KiB | 431
§7 headers-switch | \`headers\` | \`16KiB\` | Largest header block
§7 path | the path with its query | \`path\` | 8 KiB | 414
§7 path-switch | \`path\` | \`8KiB\` | Longest request target
§7 depth | the depth of JSON | \`json_depth\` | 100 | 400
§7 depth-switch | \`json_depth\` | \`100\` | Deepest nesting of JSON
§7 keys | the keys of one map or object | \`json_keys\` | 1000 | 400
§7 query | the query parameters | \`query_parameters\` | 256 | 400
§7 query-switch | \`query_parameters\` | \`256\` | Most query parameters
§7 request-time | the time of a request | \`request\` | 60 s | 504
§7 request-time-switch | \`request\` | \`60s\` | Longest time for a whole request
§7 stream-idle | the silence of a stream | \`stream_idle\` | 5 min
§7 stream-idle-switch | \`stream_idle\` | \`5m\` | How long a stream may be silent both ways
`;

/** The clauses, in the order of the contract. */
export const clauses: readonly Clause[] = table
  .trim()
  .split("\n")
  .map((line) => {
    const [name = "", ...words] = line.split(" | ");
    return { name, words: words.join(" | ") };
  });

/** What the contract has and the gateway has not yet. A clause that is built moves into the table. */
export const missing: Readonly<Record<string, string>> = {
  "§6 duplex-http2": "listeners speak HTTP/1.1",
  "§6 failure-array-http2": "listeners speak HTTP/1.1",
};
