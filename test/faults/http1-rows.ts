// Group 1 of faults.md as raw bytes. `echo` takes a JSON body, `get` takes none.
const post =
  "POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n";
const get = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n";

/** The one answer that bytes get. */
export interface FramingAnswer {
  readonly status: number;
  /** The gRPC code; 0 where the answer is no error. */
  readonly code: number;
  readonly reason: string;
}

/** Bytes of one connection and what they must get. */
export interface FramingRow {
  readonly row: string;
  readonly name: string;
  readonly bytes: string;
  readonly want: FramingAnswer;
}

function rows(
  row: string,
  want: FramingAnswer,
  inputs: Readonly<Record<string, string>>,
): FramingRow[] {
  return Object.entries(inputs).map(([name, bytes]) => ({ row, name, bytes, want }));
}

const served: FramingAnswer = { status: 200, code: 0, reason: "" };
const malformed: FramingAnswer = { status: 400, code: 3, reason: "MALFORMED_HTTP" };
const badCoding: FramingAnswer = { status: 501, code: 12, reason: "UNSUPPORTED_TRANSFER_ENCODING" };
const badMethod: FramingAnswer = { status: 405, code: 12, reason: "UNSUPPORTED_HTTP_METHOD" };
const badVersion: FramingAnswer = { status: 505, code: 12, reason: "UNSUPPORTED_HTTP_VERSION" };
const badExpectation: FramingAnswer = { status: 417, code: 3, reason: "EXPECTATION_FAILED" };
const longTarget: FramingAnswer = { status: 414, code: 3, reason: "URI_TOO_LONG" };
const longHeaders: FramingAnswer = { status: 431, code: 3, reason: "HEADERS_TOO_LARGE" };

const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join("");

/** What is refused and ends its connection, so that nothing behind it can be taken for a request. */
export const refusedRows: readonly FramingRow[] = [
  ...rows("H1-01", malformed, {
    "content-length, then transfer-encoding": `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "transfer-encoding, then content-length": `${post}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-02", malformed, {
    "two that differ": `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
    "two alike": `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    "a list": `${post}Content-Length: 2, 2\r\n\r\n{}`,
  }),
  ...rows(
    "H1-03",
    malformed,
    Object.fromEntries(
      ["+5", "-1", "0x5", "5Z", "1_0", "", "9223372036854775808"].map((length) => [
        JSON.stringify(length),
        `${post}Content-Length: ${length}\r\n\r\n{}   `,
      ]),
    ),
  ),
  ...rows(
    "H1-05",
    malformed,
    Object.fromEntries(
      ["chunked, identity", "\x0bchunked"].map((coding) => [
        JSON.stringify(coding),
        `${post}Transfer-Encoding: ${coding}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-05", malformed, {
    "chunked twice": `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-05", badCoding, {
    xchunked: `${post}Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    identity: `${post}Transfer-Encoding: identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "a byte of 0xa0 before it": `${post}Transfer-Encoding: \xa0chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "a byte of 0xa0 behind it": `${post}Transfer-Encoding: chunked\xa0\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-06", badCoding, {
    "gzip, chunked": `${post}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ",chunked": `${post}Transfer-Encoding: ,chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-07", malformed, {
    "HTTP/1.0":
      "POST /v1/kitchen-sink:echo HTTP/1.0\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  }),
  ...rows(
    "H1-08",
    malformed,
    Object.fromEntries(
      ["0x1", "+1", "1_0", "", " 1", "11111111111111111"].map((size) => [
        JSON.stringify(size),
        `${chunked}${size}\r\n{}\r\n0\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-09", malformed, { "a blank behind the size": `${chunked}2 \r\n{}\r\n0\r\n\r\n` }),
  ...rows("H1-10", malformed, {
    "a bare LF behind the size": `${chunked}2\n{}\r\n0\r\n\r\n`,
    "an LF in an extension": `${chunked}2;a\n{}\r\n0\r\n\r\n`,
    "a bare LF behind the last chunk": `${chunked}2\r\n{}\r\n0\n\r\n`,
  }),
  ...rows("H1-11", malformed, {
    "data longer than its size": `${chunked}2\r\n{}xx\r\n0\r\n\r\n`,
    "data ended by LF": `${chunked}2\r\n{}\n0\r\n\r\n`,
    "no line break behind data": `${chunked}2\r\n{}0\r\n\r\n`,
  }),
  ...rows("H1-12", malformed, {
    "an extension of 20 KiB": `${chunked}2;${"a".repeat(20 * 1024)}\r\n{}\r\n0\r\n\r\n`,
    "a quoted line break": `${chunked}2;a="\r\n"\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-13", malformed, {
    "content-length in a trailer": `${chunked}2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n`,
    "transfer-encoding in a trailer": `${chunked}2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`,
  }),
  ...rows("H1-14", longHeaders, {
    "trailers of 20 KiB": `${chunked}2\r\n{}\r\n0\r\nX: ${"a".repeat(20 * 1024)}\r\n\r\n`,
    "trailers of 40 KiB": `${chunked}2\r\n{}\r\n0\r\nX: ${"a".repeat(40 * 1024)}\r\n\r\n`,
    "trailers of 20 KiB in 1,000 fields": `${chunked}2\r\n{}\r\n0\r\n${`X: ${"a".repeat(16)}\r\n`.repeat(1000)}\r\n`,
  }),
  ...rows("H1-16", malformed, {
    "a space before the colon": `${get}X : v\r\n\r\n`,
    "no colon": `${get}X\r\n\r\n`,
    "an empty name": `${get}: v\r\n\r\n`,
    "no token": `${get}X(y): v\r\n\r\n`,
    "a byte of 0x80": `${get}X\x80: v\r\n\r\n`,
    "a space before the first header": "GET /v1/kitchen-sink HTTP/1.1\r\n Host: gateway\r\n\r\n",
  }),
  ...rows("H1-17", malformed, { "a folded line": `${get}X: a\r\n b\r\n\r\n` }),
  ...rows("H1-18", malformed, {
    NUL: `${get}X: a\0b\r\n\r\n`,
    "0x01": `${get}X: a\x01b\r\n\r\n`,
    DEL: `${get}X: a\x7fb\r\n\r\n`,
  }),
  ...rows("H1-19", malformed, {
    "a bare CR": `${get}X: a\rb\r\n\r\n`,
    "CR CR LF": `${get}X: a\r\r\n\r\n`,
    "bare LF lines": "GET /v1/kitchen-sink HTTP/1.1\nHost: gateway\n\n",
  }),
  ...rows("H1-20", malformed, { "CR and a letter for the end": `${get}\rX` }),
  ...rows("H1-21", malformed, {
    "a name with _ that shadows one with -": `${get}X-Request-Id: a\r\nX_Request_Id: b\r\n\r\n`,
    content_length: `${get}Content_Length: 5\r\n\r\n`,
  }),
  ...rows("H1-22", malformed, { "no Host": "GET /v1/kitchen-sink HTTP/1.1\r\n\r\n" }),
  ...rows("H1-23", malformed, {
    two: `${get}Host: other\r\n\r\n`,
    ...Object.fromEntries(
      [
        "",
        "a/b",
        "u@a",
        "a b",
        "a:99999",
        "a:65536",
        "a:x",
        "[::1",
        "a,b",
        "%zz",
        "[:::::.]",
        "[a]",
      ].map((host) => [
        JSON.stringify(host),
        `GET /v1/kitchen-sink HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      ]),
    ),
  }),
  ...rows("H1-24", malformed, {
    "a target with user info":
      "GET http://u:p@gateway/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a target with a port that the host has not":
      "GET http://gateway:81/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a target of another scheme":
      "GET ftp://gateway/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a target of another host":
      "GET http://other/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-26", badMethod, {
    CONNECT: "CONNECT gateway:80 HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "CONNECT with bytes behind it": "CONNECT gateway:80 HTTP/1.1\r\nHost: gateway\r\n\r\nhello",
  }),
  ...rows("H1-27", badMethod, {
    TRACK: "TRACK /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    TRACE: "TRACE /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-28", malformed, {
    unknown: "BREW / HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "lower case": "get / HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "no token": "G@T / HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-29", badVersion, {
    "no version": "GET /v1/kitchen-sink\r\n\r\n",
    "HTTP/0.9": "GET /v1/kitchen-sink HTTP/0.9\r\nHost: gateway\r\n\r\n",
    "HTTP/2.0": "GET /v1/kitchen-sink HTTP/2.0\r\nHost: gateway\r\n\r\n",
    "HTTP/1.2": "GET /v1/kitchen-sink HTTP/1.2\r\nHost: gateway\r\n\r\n",
    "HTTP/11.1": "GET /v1/kitchen-sink HTTP/11.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-30", malformed, {
    "a tab": "GET\t/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a tab before the version": "GET /v1/kitchen-sink\tHTTP/1.1\r\nHost: gateway\r\n\r\n",
    "an LF": "GET /v1/\nkitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-31", malformed, {
    "no slash": "GET v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a byte of 0x80": "GET /v1/\x80 HTTP/1.1\r\nHost: gateway\r\n\r\n",
    NUL: "GET /v1/\0 HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-32", malformed, {
    "a fragment": "GET /v1/kitchen-sink#x HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-33", longTarget, {
    "a target of 9 KiB": `GET /${"a".repeat(9 * 1024)} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
    "a target of 24 KiB": `GET /${"a".repeat(24 * 1024)} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
    "a target of 40 KiB": `GET /${"a".repeat(40 * 1024)} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
    "a target that does not end": `GET /${"a".repeat(40 * 1024)}`,
  }),
  ...rows("H1-33", longHeaders, {
    "a header of 17 KiB": `${get}X: ${"a".repeat(17 * 1024)}\r\n\r\n`,
    "a header of 40 KiB": `${get}X: ${"a".repeat(40 * 1024)}\r\n\r\n`,
    "a header that does not end": `${get}X: ${"a".repeat(40 * 1024)}`,
  }),
  ...rows("H1-34", longHeaders, {
    "101 headers": `${get}${many(100)}\r\n`,
    "1,500 headers": `${get}${many(1499)}\r\n`,
    "2,500 headers": `${get}${many(2499)}\r\n`,
  }),
  ...rows("H1-41", badExpectation, {
    "expect: bogus": `${get}Expect: bogus\r\n\r\n`,
    "one more than 100-continue": `${post}Content-Length: 2\r\nExpect: 100-continue, x\r\n\r\n`,
    "one more in a header of its own": `${post}Content-Length: 2\r\nExpect: 100-continue\r\nExpect: x\r\n\r\n`,
  }),
  ...rows(
    "H1-43",
    malformed,
    Object.fromEntries(
      ["content-length", "x-forwarded-for", "authorization", "close, host", "close\xa0"].map(
        (names) => [names, `${get}Connection: ${names}\r\n\r\n`],
      ),
    ),
  ),
  ...rows("H1-45", malformed, {
    "a TLS greeting": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an SSH banner": "SSH-2.0-OpenSSH_9.6\r\n",
  }),
];

/** What is served, after which the connection can be used again. */
export const servedRows: readonly FramingRow[] = [
  ...rows("H1-04", served, {
    "content-length 010 is ten": `${post}Content-Length: 010\r\n\r\n{"a":"bc"}`.replace(
      '{"a":"bc"}',
      "{}        ",
    ),
  }),
  ...rows("H1-15", served, {
    "a request in a trailer is no request": `${chunked}2\r\n{}\r\n0\r\nX:POST / HTTP/1.1\r\n\r\n`,
  }),
  ...rows(
    "H1-25",
    { status: 204, code: 0, reason: "" },
    { "OPTIONS *": "OPTIONS * HTTP/1.1\r\nHost: gateway\r\n\r\n" },
  ),
  ...rows(
    "H1-13",
    served,
    Object.fromEntries(
      ["Host: evil", "Authorization: x", "TE: x", "X-Forwarded-For: 1.1.1.1"].map((trailer) => [
        `a trailer is dropped: ${trailer}`,
        `${chunked}2\r\n{}\r\n0\r\n${trailer}\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-23", served, {
    "an empty port is none": "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway:\r\n\r\n",
    "an IPv6 address": "GET /v1/kitchen-sink HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
  }),
  ...rows("H1-24", served, {
    "a target of the same host":
      "GET http://Gateway/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-35", served, {
    "eight empty lines before a request": `${"\r\n".repeat(8)}${get}\r\n`,
  }),
  ...rows("H1-35", served, { "one empty line before a request": `\r\n${get}\r\n` }),
  // Node's parser repairs these two before anybody sees them: they stay one request.
  ...rows("H1-30", served, {
    "two spaces in the request line": "GET  /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-35", served, { "1,000 empty lines": `${"\r\n".repeat(1000)}${get}\r\n` }),
];
