// Group 1 of faults.md as raw bytes. `echo` takes a JSON body, `get` takes none.
const post =
  "POST /v1/kitchen-sink:echo HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n";
const get = "GET /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n";

/** Bytes of one connection and what they must get. */
export interface FramingRow {
  readonly row: string;
  readonly name: string;
  readonly bytes: string;
  /** Statuses that are right. */
  readonly statuses: readonly number[];
}

function rows(
  row: string,
  statuses: readonly number[],
  inputs: Readonly<Record<string, string>>,
): FramingRow[] {
  return Object.entries(inputs).map(([name, bytes]) => ({ row, name, bytes, statuses }));
}

const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join("");

/** What is refused and ends its connection, so that nothing behind it can be taken for a request. */
export const refusedRows: readonly FramingRow[] = [
  ...rows("H1-01", [400], {
    "content-length, then transfer-encoding": `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "transfer-encoding, then content-length": `${post}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-02", [400], {
    "two that differ": `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
    "two alike": `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
    "a list": `${post}Content-Length: 2, 2\r\n\r\n{}`,
  }),
  ...rows(
    "H1-03",
    [400],
    Object.fromEntries(
      ["+5", "-1", "0x5", "5Z", "1_0", "", "9223372036854775808"].map((length) => [
        JSON.stringify(length),
        `${post}Content-Length: ${length}\r\n\r\n{}   `,
      ]),
    ),
  ),
  ...rows(
    "H1-05",
    [400, 501],
    Object.fromEntries(
      ["chunked, identity", "xchunked", "identity", "\xa0chunked", "\x0bchunked"].map((coding) => [
        JSON.stringify(coding),
        `${post}Transfer-Encoding: ${coding}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-05", [400, 501], {
    "chunked twice": `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-06", [501, 400], {
    "gzip, chunked": `${post}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ",chunked": `${post}Transfer-Encoding: ,chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-07", [400], {
    "HTTP/1.0":
      "POST /v1/kitchen-sink:echo HTTP/1.0\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  }),
  ...rows(
    "H1-08",
    [400],
    Object.fromEntries(
      ["0x1", "+1", "1_0", "", " 1", "11111111111111111"].map((size) => [
        JSON.stringify(size),
        `${chunked}${size}\r\n{}\r\n0\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-09", [400], { "a blank behind the size": `${chunked}2 \r\n{}\r\n0\r\n\r\n` }),
  ...rows("H1-10", [400], {
    "a bare LF behind the size": `${chunked}2\n{}\r\n0\r\n\r\n`,
    "an LF in an extension": `${chunked}2;a\n{}\r\n0\r\n\r\n`,
    "a bare LF behind the last chunk": `${chunked}2\r\n{}\r\n0\n\r\n`,
  }),
  ...rows("H1-11", [400], {
    "data longer than its size": `${chunked}2\r\n{}xx\r\n0\r\n\r\n`,
    "data ended by LF": `${chunked}2\r\n{}\n0\r\n\r\n`,
    "no line break behind data": `${chunked}2\r\n{}0\r\n\r\n`,
  }),
  ...rows("H1-12", [400, 413], {
    "an extension of 20 KiB": `${chunked}2;${"a".repeat(20 * 1024)}\r\n{}\r\n0\r\n\r\n`,
    "a quoted line break": `${chunked}2;a="\r\n"\r\n{}\r\n0\r\n\r\n`,
  }),
  ...rows("H1-13", [400], {
    "trailers that frame": `${chunked}2\r\n{}\r\n0\r\nContent-Length: 9\r\nHost: evil\r\nAuthorization: x\r\n\r\n`,
  }),
  ...rows("H1-14", [431, 400], {
    "trailers of 40 KiB": `${chunked}2\r\n{}\r\n0\r\nX: ${"a".repeat(40 * 1024)}\r\n\r\n`,
  }),
  ...rows("H1-16", [400], {
    "a space before the colon": `${get}X : v\r\n\r\n`,
    "no colon": `${get}X\r\n\r\n`,
    "an empty name": `${get}: v\r\n\r\n`,
    "no token": `${get}X(y): v\r\n\r\n`,
    "a byte of 0x80": `${get}X\x80: v\r\n\r\n`,
    "a space before the first header": "GET /v1/kitchen-sink HTTP/1.1\r\n Host: gateway\r\n\r\n",
  }),
  ...rows("H1-17", [400], { "a folded line": `${get}X: a\r\n b\r\n\r\n` }),
  ...rows("H1-18", [400], {
    NUL: `${get}X: a\0b\r\n\r\n`,
    "0x01": `${get}X: a\x01b\r\n\r\n`,
    DEL: `${get}X: a\x7fb\r\n\r\n`,
  }),
  ...rows("H1-19", [400], {
    "a bare CR": `${get}X: a\rb\r\n\r\n`,
    "CR CR LF": `${get}X: a\r\r\n\r\n`,
    "bare LF lines": "GET /v1/kitchen-sink HTTP/1.1\nHost: gateway\n\n",
  }),
  ...rows("H1-20", [400], { "CR and a letter for the end": `${get}\rX` }),
  ...rows("H1-21", [400], {
    "a name with _ that shadows one with -": `${get}X-Request-Id: a\r\nX_Request_Id: b\r\n\r\n`,
    content_length: `${get}Content_Length: 5\r\n\r\n`,
  }),
  ...rows("H1-22", [400], { "no Host": "GET /v1/kitchen-sink HTTP/1.1\r\n\r\n" }),
  ...rows("H1-23", [400], {
    two: `${get}Host: other\r\n\r\n`,
    ...Object.fromEntries(
      ["", "a/b", "u@a", "a b", "a:99999", "a:x", "[::1"].map((host) => [
        JSON.stringify(host),
        `GET /v1/kitchen-sink HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      ]),
    ),
  }),
  ...rows("H1-24", [400], {
    "a target of another host":
      "GET http://other/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-26", [405], {
    CONNECT: "CONNECT gateway:80 HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "CONNECT with bytes behind it": "CONNECT gateway:80 HTTP/1.1\r\nHost: gateway\r\n\r\nhello",
  }),
  ...rows("H1-27", [405, 400], {
    TRACE: "TRACE /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    TRACK: "TRACK /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-28", [400, 501], {
    unknown: "BREW / HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "lower case": "get / HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "no token": "G@T / HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-29", [400, 426, 505], {
    "HTTP/0.9": "GET /v1/kitchen-sink HTTP/0.9\r\nHost: gateway\r\n\r\n",
    "HTTP/2.0": "GET /v1/kitchen-sink HTTP/2.0\r\nHost: gateway\r\n\r\n",
    "HTTP/1.2": "GET /v1/kitchen-sink HTTP/1.2\r\nHost: gateway\r\n\r\n",
    "HTTP/11.1": "GET /v1/kitchen-sink HTTP/11.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-30", [400], {
    "a tab": "GET\t/v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "an LF": "GET /v1/\nkitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-31", [400], {
    "no slash": "GET v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
    "a byte of 0x80": "GET /v1/\x80 HTTP/1.1\r\nHost: gateway\r\n\r\n",
    NUL: "GET /v1/\0 HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-32", [400], {
    "a fragment": "GET /v1/kitchen-sink#x HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-33", [414], {
    "a target of 9 KiB": `GET /${"a".repeat(9 * 1024)} HTTP/1.1\r\nHost: gateway\r\n\r\n`,
  }),
  ...rows("H1-33", [431], { "a header of 17 KiB": `${get}X: ${"a".repeat(17 * 1024)}\r\n\r\n` }),
  ...rows("H1-34", [431], {
    "101 headers": `${get}${many(100)}\r\n`,
    "1,500 headers": `${get}${many(1499)}\r\n`,
    "2,500 headers": `${get}${many(2499)}\r\n`,
  }),
  ...rows("H1-41", [417], { "expect: bogus": `${get}Expect: bogus\r\n\r\n` }),
  ...rows(
    "H1-43",
    [400],
    Object.fromEntries(
      ["content-length", "x-forwarded-for", "authorization", "close, host"].map((names) => [
        names,
        `${get}Connection: ${names}\r\n\r\n`,
      ]),
    ),
  ),
  ...rows("H1-45", [400], {
    "a TLS greeting": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an SSH banner": "SSH-2.0-OpenSSH_9.6\r\n",
  }),
];

/** What is served, after which the connection can be used again. */
export const servedRows: readonly FramingRow[] = [
  ...rows("H1-04", [200, 400], {
    "content-length 010 is ten": `${post}Content-Length: 010\r\n\r\n{"a":"bc"}`.replace(
      '{"a":"bc"}',
      "{}        ",
    ),
  }),
  ...rows("H1-15", [200], {
    "a request in a trailer is no request": `${chunked}2\r\n{}\r\n0\r\nX:POST / HTTP/1.1\r\n\r\n`,
  }),
  ...rows("H1-25", [204, 404], { "OPTIONS *": "OPTIONS * HTTP/1.1\r\nHost: gateway\r\n\r\n" }),
  ...rows("H1-35", [200], { "one empty line before a request": `\r\n${get}\r\n` }),
  // Node's parser repairs these two before anybody sees them: they stay one request.
  ...rows("H1-30", [200], {
    "two spaces in the request line": "GET  /v1/kitchen-sink HTTP/1.1\r\nHost: gateway\r\n\r\n",
  }),
  ...rows("H1-35", [200], { "1,000 empty lines": `${"\r\n".repeat(1000)}${get}\r\n` }),
];
