/** Requests that Diglot answers in another way than Envoy, by the clause that says so. */
export interface Difference {
  readonly reason: string;
  /** Names of cases. */
  readonly cases: readonly string[];
}

/** Every difference there is: the test fails on one more, and on one less. Clauses with § are those of docs/rest.md. */
export const differences: readonly Difference[] = [
  {
    reason:
      "§1: `.` and `..` segments, NUL, backslashes, broken escapes and invalid UTF-8 in a path are 400",
    cases: [
      "odd segment: GET /v1/shelves/%",
      "odd segment: GET /v1/shelves/%zz",
      "odd segment: GET /v1/shelves/%a",
      "odd segment: GET /v1/shelves/%00",
      "odd segment: GET /v1/shelves/%ff",
      "odd segment: GET /v1/shelves/%c0%ae",
      "odd segment: GET /v1/shelves/.",
      "odd segment: GET /v1/shelves/..",
      "odd segment: GET /v1/shelves/%2e%2e",
      "odd segment: GET /v1/shelves/%5c",
      "odd single variable: GET /v1/kitchen-sink/%/1",
      "odd single variable: GET /v1/kitchen-sink/%zz/1",
      "odd single variable: GET /v1/kitchen-sink/%a/1",
      "odd single variable: GET /v1/kitchen-sink/%00/1",
      "odd single variable: GET /v1/kitchen-sink/%ff/1",
      "odd single variable: GET /v1/kitchen-sink/%c0%ae/1",
      "odd single variable: GET /v1/kitchen-sink/./1",
      "odd single variable: GET /v1/kitchen-sink/../1",
      "odd single variable: GET /v1/kitchen-sink/%2e%2e/1",
      "odd single variable: GET /v1/kitchen-sink/%5c/1",
      "slashes and dots: GET /v1/./shelves",
      "slashes and dots: GET /v1/shelves/../shelves",
    ],
  },
  {
    reason: "§1: a trailing slash is not matched (switch trailing_slash: ignore)",
    cases: [
      "deep wildcard: GET /v1/files/",
      "deep wildcard: GET /v1/files/a/",
      "slashes and dots: GET /v1/shelves/",
      "slashes and dots: GET /v1/shelves//",
      "slashes and dots: GET /v1/shelves/novels/",
      "slashes and dots: GET /v1/shelves/novels/books/",
      "slashes and dots: GET /v1/shelves/novels/books//",
    ],
  },
  {
    reason: "§1: annotated methods are served at their gRPC name as well",
    cases: ["gRPC name: POST /library.v1.LibraryService/GetShelf {}"],
  },
  {
    reason:
      "§1: a known path with another method is 405; Envoy hands it to the upstream as it is, which answers 415",
    cases: [
      "stream of a method that posts: GET /v1/books:import",
      "verb: POST /v1/shelves/novels/books/beloved:nope {}",
      "verb: POST /v1/shelves/novels/books/beloved:Borrow {}",
      "verb: POST /v1/shelves/novels/books/beloved: {}",
      "method: POST /v1/shelves/novels",
      "method: PUT /v1/shelves/novels",
      "method: PATCH /v1/shelves/novels",
      "method: REPORT /v1/shelves/novels",
      "method: TRACE /v1/shelves/novels",
      "method of a POST: GET /v1/kitchen-sink:echo",
      "method of a POST: PUT /v1/kitchen-sink:echo",
      "method of a POST: PATCH /v1/kitchen-sink:echo",
      "method of a POST: DELETE /v1/kitchen-sink:echo",
      "gRPC name with GET: GET /library.v1.LibraryService/CountBooks",
    ],
  },
  {
    reason: "§1: HEAD falls back to GET and OPTIONS is 204; Envoy hands both to the upstream",
    cases: ["method: HEAD /v1/shelves/novels", "method: OPTIONS /v1/shelves/novels"],
  },
  {
    reason:
      "§1: a verb that no template has is an ordinary part of its segment; in Envoy a verb is global",
    cases: [
      "deep wildcard with a verb: GET /v1/files/:peek",
      "verb with GET: GET /v1/shelves/novels/books/beloved:borrow",
    ],
  },
  {
    reason:
      "§1: an unknown path is 404; Envoy hands it to the upstream as it is, which answers 415",
    cases: [
      "slashes and dots: GET /v1//shelves",
      "slashes and dots: GET //v1/shelves",
      "slashes and dots: GET /",
      "slashes and dots: GET /v1",
      "slashes and dots: GET /V1/shelves",
      "slashes and dots: GET /v1/Shelves",
      "verb that no template has: GET /v1/shelves/novels/books:nothing",
      "additional binding: GET /v1/isbn/",
      "additional binding: GET /v1/isbn/a/b",
      "gRPC name: POST /library.v1.LibraryService/Nope {}",
      "gRPC name: POST /library.v1.LibraryService/countBooks {}",
      "gRPC name of no service: POST /library.v1.Nope/CountBooks {}",
    ],
  },
  {
    reason: "§2: m[key]=v fills a map",
    cases: [
      "map query: GET /v1/kitchen-sink?m_string[k]=v",
      "map query: GET /v1/kitchen-sink?m_int32[1]=v",
      "map query: GET /v1/kitchen-sink?m_string%5Bk%5D=v",
    ],
  },
  {
    reason:
      "§2: an unknown parameter is 400; Envoy hands the request to the upstream as it is, which answers 415",
    cases: [
      "server stream with a query: GET /v1/shelves/novels/books:export?x=1",
      "nested query: GET /v1/kitchen-sink?nested.textt=x",
      "nested query: GET /v1/kitchen-sink?nested.text.x=y",
      "nested query: GET /v1/kitchen-sink?nested.=x",
      "nested query: GET /v1/kitchen-sink?.nested=x",
      "nested query: GET /v1/kitchen-sink?nested..text=x",
      "map query: GET /v1/kitchen-sink?m_string.k=v",
      "map query: GET /v1/kitchen-sink?m_int32[x]=v",
      "map query: GET /v1/kitchen-sink?m_string[k]=v&m_string[k]=w",
      "map query: GET /v1/kitchen-sink?m_nested[k].text=x",
      "odd query: GET /v1/kitchen-sink?nope=1",
      "odd query: GET /v1/kitchen-sink?f_strin=x",
      "odd query: GET /v1/kitchen-sink?F_STRING=x",
      "odd query: GET /v1/kitchen-sink?__proto__=1",
      "odd query: GET /v1/kitchen-sink?__proto__.x=1",
      "odd query: GET /v1/kitchen-sink?constructor=1",
      "odd query: GET /v1/kitchen-sink?toString=1",
      "query beside a path variable: GET /v1/shelves/novels?theme=x",
      "query beside a path variable: GET /v1/shelves/novels?alt=json",
      "query beside a path variable: GET /v1/shelves/novels?$alt=json",
      "query beside a path variable: GET /v1/shelves/novels?access_token=x",
    ],
  },
  {
    reason: "§2: a parameter that names a path-bound field is 400",
    cases: [
      "query beside a path variable: GET /v1/shelves/novels?name=x",
      "query beside a path variable: GET /v1/shelves/novels?name=shelves/novels",
    ],
  },
  {
    reason: "§2: a singular parameter given twice is 400",
    cases: [
      "query spelling: GET /v1/kitchen-sink?f_int32=1&fInt32=2",
      "query spelling: GET /v1/kitchen-sink?f_int32=1&f_int32=2",
    ],
  },
  {
    reason: "§2: + is a space (switch plus_as_space)",
    cases: [
      "query value: GET /v1/kitchen-sink?f_int32=+7",
      "query value: GET /v1/kitchen-sink?f_string=a+b",
      "query value: GET /v1/kitchen-sink?f_bytes=+/+/",
      "query of a list: GET /v1/books?filter.author=Herman+Melville",
    ],
  },
  {
    reason: "§2: bool is true or false, and numbers are those of JSON",
    cases: [
      "query value: GET /v1/kitchen-sink?f_double=0x10",
      "query value: GET /v1/kitchen-sink?f_bool=1",
      "query value: GET /v1/kitchen-sink?f_bool=0",
      "query value: GET /v1/kitchen-sink?f_bool=True",
      "query value: GET /v1/kitchen-sink?f_bool=yes",
    ],
  },
  {
    reason: "faults.md J-10: 1.0 and 1e2 are integers, in text as in JSON",
    cases: [
      "number in the path: GET /v1/kitchen-sink/s/1.0",
      "number in the path: GET /v1/kitchen-sink/s/1e2",
      "query value: GET /v1/kitchen-sink?f_int32=1.0",
      "query value: GET /v1/kitchen-sink?f_int32=1e2",
      "query value: GET /v1/kitchen-sink?f_int64=1e3",
      'body value: POST /v1/kitchen-sink:echo {"fInt32":"1e2"}',
    ],
  },
  {
    reason: "ProtoJSON: an open enum takes any number",
    cases: [
      "query value: GET /v1/kitchen-sink?color=7",
      "query value: GET /v1/kitchen-sink?color=-1",
    ],
  },
  {
    reason: "§2: escapes that are none, and invalid UTF-8, are 400",
    cases: [
      "query value: GET /v1/kitchen-sink?f_string=%ff",
      "query value: GET /v1/kitchen-sink?f_string=%",
      "query value: GET /v1/kitchen-sink?f_string=%zz",
    ],
  },
  {
    reason:
      "faults.md J-15: a field mask with an empty part is 400; in JSON its paths are in lowerCamelCase",
    cases: [
      "query value: GET /v1/kitchen-sink?field_mask=a..b",
      'body value: POST /v1/kitchen-sink:echo {"fieldMask":"a..b"}',
      'body value: POST /v1/kitchen-sink:echo {"fieldMask":"f_int32"}',
    ],
  },
  {
    reason: "§2: nested messages by dotted path, of singular messages only",
    cases: ["nested query: GET /v1/kitchen-sink?r_nested.text=x"],
  },
  {
    reason: "§2: a parameter without a name names no field",
    cases: ["odd query: GET /v1/kitchen-sink?=", "odd query: GET /v1/kitchen-sink?=x"],
  },
  {
    reason:
      "§2: of the well-known types a parameter may be a wrapper, Timestamp, Duration, FieldMask or enum",
    cases: ["odd query: GET /v1/kitchen-sink?value=x"],
  },
  {
    reason: '§2: with body "*" no parameter is accepted',
    cases: [
      'client stream with a query: POST /v1/books:import?x=1 [{"parent":"shelves/poetry","book":{"title":"T"}}]',
      'body beside a query: POST /v1/kitchen-sink:echo?f_int32=1 {"fString":"q"}',
      "body beside a query: POST /v1/kitchen-sink:echo?f_int32=1 {}",
    ],
  },
  {
    reason: "§2: a parameter may not name the field that the body is",
    cases: [
      'body field that the query names: POST /v1/kitchen-sink/nested?nested.text=q {"text":"x"}',
      'body field that the query names: POST /v1/kitchen-sink/nested?nested.number=1 {"text":"x"}',
    ],
  },
  {
    reason: "§2: a body may not contradict the path",
    cases: ['body beside a path variable: PUT /v1/kitchen-sink/a {"nested":{"text":"b"}}'],
  },
  {
    reason: "§2: without `body` in its rule a request has none",
    cases: ["body where there is none: DELETE /v1/shelves/novels {}"],
  },
  {
    reason: "§2: any content type but JSON, forms and HttpBody is 415, and JSON is UTF-8",
    cases: [
      'content-type: "text/plain"',
      'content-type: "application/xml"',
      'content-type: "application/json; charset=utf-16"',
      'content-type: "application/x-www-form-urlencoded"',
      'content-type: "application/grpc"',
      'content-type: ""',
    ],
  },
  {
    reason: "§2: a byte order mark is skipped",
    cases: ["body text: POST /v1/kitchen-sink:echo ﻿{}"],
  },
  {
    reason: "§2: depth to 100; Envoy's reply stops at 32 messages in each other",
    cases: [
      'body text: POST /v1/kitchen-sink:echo {"struct":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":… (252)',
    ],
  },
  {
    reason:
      "§2: JSON is strict: no trailing commas, bare or single-quoted names, repeated keys, control characters, bad escapes or numbers",
    cases: [
      'client stream: POST /v1/books:import [{"parent":"shelves/poetry","book":{"title":"T"}},]',
      'body value: POST /v1/kitchen-sink:echo {"fString":"a\tb"}',
      'body value: POST /v1/kitchen-sink:echo {"fString":"\\x"}',
      'body value: POST /v1/kitchen-sink:echo {"rInt32":[1,]}',
      'body text: POST /v1/kitchen-sink:echo {"fInt32":1,}',
      "body text: POST /v1/kitchen-sink:echo {fInt32:1}",
      "body text: POST /v1/kitchen-sink:echo {'fInt32':1}",
      'body text: POST /v1/kitchen-sink:echo {"fInt32":1.}',
      'body text: POST /v1/kitchen-sink:echo {"fInt32":1,"fInt32":2}',
      'body text: POST /v1/kitchen-sink:echo {"fInt32":1,"f_int32":2}',
      'body text: POST /v1/kitchen-sink:echo {"fString":"\u0000"}',
      "body text: POST /v1/kitchen-sink:echo {\"fString\":'x'}",
    ],
  },
  {
    reason: "§2: an unknown field is 400 (switch ignore_unknown_fields)",
    cases: [
      'client stream: POST /v1/books:import [{"parent":"shelves/poetry","book":{"title":"T"}},{"nope":1}… (61)',
      'client stream: POST /v1/books:import [{"parent":"shelves/poetry","book":{"title":"T"}},{"nope":1}… (110)',
      'both ways: POST /v1/books:discuss [{"reader":"a","text":"b"},{"nope":1}]',
      'body value: POST /v1/kitchen-sink:echo {"nested":{"textt":"x"}}',
      'body value: POST /v1/kitchen-sink:echo {"empty":{"x":1}}',
      'body text: POST /v1/kitchen-sink:echo {"F_INT32":1}',
      'body text: POST /v1/kitchen-sink:echo {"nope":1}',
      'body text: POST /v1/kitchen-sink:echo {"nope":{"a":[1]}}',
      'body text: POST /v1/kitchen-sink:echo {"__proto__":1}',
      'body text: POST /v1/kitchen-sink:echo {"constructor":1}',
      'body field: POST /v1/kitchen-sink/nested {"nope":1}',
    ],
  },
  {
    reason:
      "§2: wrong types are 400: no null in lists and maps, no value in place of a list, no text in place of a bool",
    cases: [
      'body value: POST /v1/kitchen-sink:echo {"fBool":"true"}',
      'body value: POST /v1/kitchen-sink:echo {"rInt32":[null]}',
      'body value: POST /v1/kitchen-sink:echo {"rInt32":1}',
      'body value: POST /v1/kitchen-sink:echo {"rInt32":[[1]]}',
      'body value: POST /v1/kitchen-sink:echo {"rNested":[null]}',
      'body value: POST /v1/kitchen-sink:echo {"rNested":{}}',
      'body value: POST /v1/kitchen-sink:echo {"mString":{"a":null}}',
      'body value: POST /v1/kitchen-sink:echo {"mNested":{"a":null}}',
      'body value: POST /v1/kitchen-sink:echo {"listValue":{}}',
    ],
  },
  {
    reason: "faults.md J-10: -0 is no integer",
    cases: ['body value: POST /v1/kitchen-sink:echo {"fInt32":-0}'],
  },
  {
    reason:
      "§5: a detail of an unknown type keeps its @type and the rest is still printed; Envoy then sends no JSON at all",
    cases: [
      "status with details: GET /v1/fail/0?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/1?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/2?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/3?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/4?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/5?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/6?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/7?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/8?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/9?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/10?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/11?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/12?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/13?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/14?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/15?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/16?details=true&message=hello%20%C3%A9%25",
      "status with details: GET /v1/fail/17?details=true&message=hello%20%C3%A9%25",
    ],
  },
  {
    reason: "gRPC: a code that is none of the 17 is UNKNOWN",
    cases: ["status: GET /v1/fail/17"],
  },
  {
    reason: "§3: accept* is this hop's",
    cases: ["metadata: accept", "metadata: accept-language"],
  },
  {
    reason: "§3: -bin metadata is base64, and 400 where it is not",
    cases: ["metadata: GET /v1/inspect"],
  },
  {
    reason: "§3: a malformed grpc-timeout is 400, and one that has passed is the gateway's own 504",
    cases: [
      'grpc-timeout: "-1S"',
      'grpc-timeout: "1x"',
      'grpc-timeout: "123456789S"',
      'grpc-timeout: ""',
      'grpc-timeout: "1 S"',
      'grpc-timeout: "0S"',
    ],
  },
  {
    reason:
      "§1: what several segments fill is decoded but for %2F (switch url_unescape: all_except_reserved)",
    cases: ["deep wildcard with a verb: GET /v1/files/a%3Apeek"],
  },
  {
    reason:
      "§4: response_body may be a field of any kind; Envoy does not serve one that is repeated",
    cases: [
      "response_body: GET /v1/shelves/novels/titles",
      "response_body, empty: GET /v1/shelves/nope/titles",
    ],
  },
  {
    reason: "§6: an empty body is an empty stream, as it is the empty message for other methods",
    cases: ["client stream: POST /v1/books:import "],
  },
  {
    reason: "§6: a server stream by `accept`",
    cases: ["server stream as text/event-stream", "server stream as application/x-ndjson"],
  },
  {
    reason: "§6: a body whose google.api.HttpBody names no type is application/octet-stream",
    cases: ['HttpBody down as ""'],
  },
];
