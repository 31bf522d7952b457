import { bare, type Case, get, post } from "./case.ts";

const shelves = [
  "novels",
  "poetry",
  "science",
  "nope",
  "a b",
  "%6eovels",
  "novels%2Fx",
  "no%2fve",
  "%C3%A9",
  "a+b",
  "-",
];
const odd = [
  "%",
  "%zz",
  "%a",
  "%00",
  "%ff",
  "%c0%ae",
  ".",
  "..",
  "%2e%2e",
  "a%2F..%2Fb",
  "%5c",
  "%20",
  ";x=1",
  "a;b",
  "%252e",
  "a:b",
  "a:",
  ":a",
  "*",
  "**",
  "{x}",
  "~",
  "a@b",
  "a,b",
  "a'b",
  "(a)",
  "!",
  "$",
  "&",
  "=",
];

/** Templates, verbs, variables and methods (transcoding.md §1). */
export const pathCases: readonly Case[] = [
  ...shelves.map((shelf) => get("path variable", `/v1/shelves/${encodeBlank(shelf)}`)),
  ...odd.map((segment) => get("odd segment", `/v1/shelves/${segment}`)),
  ...odd.map((segment) => get("odd single variable", `/v1/kitchen-sink/${segment}/1`)),
  ...[
    "/v1/shelves/",
    "/v1//shelves",
    "//v1/shelves",
    "/v1/shelves//",
    "/v1/shelves/novels/",
    "/v1/./shelves",
    "/v1/shelves/../shelves",
    "/",
    "/v1",
    "/V1/shelves",
    "/v1/Shelves",
    "/v1/shelves/novels/books/",
    "/v1/shelves/novels/books//",
  ].map((path) => get("slashes and dots", path)),
  ...[
    "moby-dick",
    "middlemarch",
    "none",
    "moby-dick:",
    "moby-dick:x",
    "moby%2Ddick",
    "moby-dick/cover",
  ].map((book) => get("two segments", `/v1/shelves/novels/books/${book}`)),
  ...["borrow", "move", "nope", "Borrow", ""].map((verb) =>
    post("verb", `/v1/shelves/novels/books/beloved:${verb}`, "{}"),
  ),
  get("verb with GET", "/v1/shelves/novels/books/beloved:borrow"),
  get("verb of a template", "/v1/shelves/nope/books:export"),
  get("verb that no template has", "/v1/shelves/novels/books:nothing"),
  ...["9780142437247", "000", "978-0", "", "a/b"].map((isbn) =>
    get("additional binding", `/v1/isbn/${isbn}`),
  ),
  ...[
    "1",
    "-1",
    "0",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "1.0",
    "1.5",
    "1e2",
    "0x1",
    "a",
    "%31",
    "01",
    "+1",
    " 1",
    "1%20",
    "NaN",
    "true",
  ].map((number) => get("number in the path", `/v1/kitchen-sink/s/${encodeBlank(number)}`)),
  ...["0s", "0.001s", "1", "s", "-1s", "abc"].map((duration) =>
    get("duration in the path", `/v1/sleep/${duration}`),
  ),
  ...["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "REPORT", "TRACE", "BREW"].map(
    (method) => bare("method", method, "/v1/shelves/novels"),
  ),
  ...["GET", "PUT", "PATCH", "DELETE"].map((method) =>
    bare("method of a POST", method, "/v1/kitchen-sink:echo"),
  ),
  bare("custom method", "REPORT", "/v1/kitchen-sink"),
  ...["CountBooks", "GetShelf", "Nope", "countBooks"].map((method) =>
    post("gRPC name", `/library.v1.LibraryService/${method}`, "{}"),
  ),
  get("gRPC name with GET", "/library.v1.LibraryService/CountBooks"),
  post("gRPC name of no service", "/library.v1.Nope/CountBooks", "{}"),
];

function encodeBlank(text: string): string {
  return encodeURI(decodeURIComponentSafely(text) === text ? text : "") || text;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
