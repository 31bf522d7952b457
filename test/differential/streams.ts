import { type Case, get, post } from "./case.ts";

const imports = "/v1/books:import";
const discuss = "/v1/books:discuss";

const book = '{"parent":"shelves/poetry","book":{"title":"T"}}';
const remark = '{"reader":"a","text":"b"}';

/** Client streams, both ways, HttpBody and response_body (transcoding.md §4 and §6). */
export const streamCases: readonly Case[] = [
  ...[
    "[]",
    "",
    " [ ] ",
    `[${book}]`,
    `[${book},${book}]`,
    ` [ ${book} ,\n${book} ] `,
    `[${book},]`,
    `[${book}`,
    `[${book}]]`,
    `[${book}]x`,
    `[,${book}]`,
    `[${book}${book}]`,
    book,
    "{}",
    "null",
    "[null]",
    "[[]]",
    '["x"]',
    "[1]",
    '[{"parent":"shelves/nope","book":{"title":"T"}}]',
    '[{"parent":1}]',
    `[${book},{"nope":1}]`,
    `[${book},{"nope":1},${book}]`,
  ].map((body) => post("client stream", imports, body)),
  ...["[]", `[${remark}]`, `[${remark},${remark}]`, remark, "[{}]", `[${remark},{"nope":1}]`].map(
    (body) => post("both ways", discuss, body),
  ),
  post("client stream with a query", `${imports}?x=1`, `[${book}]`),
  get("stream of a method that posts", imports),
  get("server stream with a query", "/v1/shelves/novels/books:export?x=1"),
  ...["application/json", "text/event-stream", "application/x-ndjson"].map((accept) => ({
    ...get("server stream as", "/v1/shelves/novels/books:export", { accept }),
    name: `server stream as ${accept}`,
  })),
  get("response_body", "/v1/shelves/novels/titles"),
  get("response_body, empty", "/v1/shelves/nope/titles"),
  ...["image/png", "text/plain; charset=latin1", "application/json", ""].flatMap((type) => [
    {
      name: `HttpBody up as ${JSON.stringify(type)}`,
      method: "PUT",
      target: "/v1/shelves/novels/books/beloved/cover",
      headers: type === "" ? {} : { "content-type": type },
      body: '{"a": 1}',
    },
    {
      ...get("HttpBody", "/v1/shelves/novels/books/beloved/cover"),
      name: `HttpBody down as ${JSON.stringify(type)}`,
    },
  ]),
  ...[
    "a",
    "a/b",
    "a/b/c",
    "",
    "a/",
    "/a",
    "a//b",
    "a%2Fb",
    "a%2fb/c",
    "a%20b/%C3%A9",
    "a:peek",
  ].map((tail) => get("deep wildcard", `/v1/files/${tail}`)),
  ...["a:b", "a/b:peek", ":peek", "a%3Apeek", "a:peek:peek", "%2F", "a%252Fb", "a+b", "a;b"].map(
    (tail) => get("deep wildcard with a verb", `/v1/files/${tail}`),
  ),
  get("deep wildcard without a segment", "/v1/files"),
];
