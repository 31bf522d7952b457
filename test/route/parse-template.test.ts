import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseTemplate, templateShape } from "../../src/route/index.ts";
import { templateOf } from "./tables.ts";

/** Segments as a person writes them; literals quoted. */
function segmentsOf(text: string): string {
  return templateOf(text)
    .segments.map((segment) => {
      if (segment.kind === "literal") return JSON.stringify(segment.value);
      return segment.kind === "one" ? "*" : "**";
    })
    .join(" ");
}

suite("transcoding.md §1: the grammar of path templates", () => {
  const rows = [
    { name: "/ has no segments", text: "/", want: "" },
    { name: "literals", text: "/shelves/books", want: '"shelves" "books"' },
    { name: "{x} means {x=*}", text: "/shelves/{shelf}", want: '"shelves" *' },
    { name: "{x=*} is one segment", text: "/shelves/{shelf=*}", want: '"shelves" *' },
    { name: "wildcards without a name", text: "/*/a/**", want: '* "a" **' },
    { name: "a variable of several segments", text: "/a/{b=c/*/d}", want: '"a" "c" * "d"' },
    { name: "a variable with **", text: "/a/{b=c/**}", want: '"a" "c" **' },
    {
      name: "literals after ** in and after the variable",
      text: "/a/{b=c/**/d}/e:verb",
      want: '"a" "c" ** "d" "e"',
    },
    { name: "a variable of literals alone", text: "/{b=c/d}", want: '"c" "d"' },
    { name: "a literal is percent-decoded", text: "/a%20b/%C3%A9", want: '"a b" "é"' },
    { name: "a literal may be written in Unicode", text: "/é", want: '"é"' },
    { name: "an encoded wildcard is a literal", text: "/%2A/a", want: '"*" "a"' },
    {
      name: "path characters of RFC 3986",
      text: "/$a-b_c.d~e;f=1,@!'()&+",
      want: `"$a-b_c.d~e;f=1,@!'()&+"`,
    },
    { name: "a colon before the last segment is a character", text: "/a:b/c", want: '"a:b" "c"' },
    { name: "only the last colon begins a verb", text: "/a:b:c", want: '"a:b"' },
    { name: "three dots are no dot segment", text: "/...", want: '"..."' },
  ];
  for (const row of rows) test(row.name, () => assert.equal(segmentsOf(row.text), row.want));

  const verbs = [
    { text: "/a:foo", want: "foo" },
    { text: "/a/b/c:foo", want: "foo" },
    { text: "/*:verb", want: "verb" },
    { text: "/**:verb", want: "verb" },
    { text: "/a/b/{a}:verb", want: "verb" },
    { text: "/{x.y.z=a/**/b}/c/d:custom", want: "custom" },
    { text: "/a:b%20c", want: "b c" },
    { text: "/a/b", want: undefined },
    { text: "/a:b/c", want: undefined },
  ];
  for (const { text, want } of verbs) {
    test(`the verb of ${text} is ${want}`, () => assert.equal(templateOf(text).verb, want));
  }

  test("a variable tells its field path, its segments and its place", () => {
    assert.deepEqual(templateOf("/v1/{book.name=shelves/*/books/*}/{page}:read").variables, [
      {
        fieldPath: ["book", "name"],
        text: "book.name",
        start: 1,
        end: 5,
        multiSegment: true,
        offset: 5,
      },
      { fieldPath: ["page"], text: "page", start: 5, end: 6, multiSegment: false, offset: 35 },
    ]);
  });

  const spans = [
    { text: "/{x}", want: false },
    { text: "/{x=a}", want: false },
    { text: "/{x=**}", want: true },
    { text: "/{x=a/*}", want: true },
  ];
  for (const { text, want } of spans) {
    test(`the variable of ${text} ${want ? "spans several segments" : "is one segment"}`, () => {
      assert.equal(templateOf(text).variables[0]?.multiSegment, want);
    });
  }
});

suite("transcoding.md §1: bad grammar is refused with its place and a remedy", () => {
  const one = 'close "{a" first: one variable takes the whole of its segments';
  const neighbour = 'put a "/" between the variable and its neighbour';
  const fill = 'put a name, "*" or a variable between slashes';
  const last = 'make "**" the last wildcard: only literals may follow it';
  const partial = "a variable is only a part of its segment";
  const alone = 'use "*" alone between slashes, or %2A for the character itself';
  const verb = 'name the verb or remove the ":"';
  const percent = "write %XX with two hexadecimal digits, as UTF-8";
  const refused = "remove it: requests with one are refused";
  const rows: readonly (readonly [string, number, string, string])[] = [
    ["", 0, 'a template starts with "/"', 'write "/"'],
    ["v1/books", 0, 'a template starts with "/"', 'write "/v1/books"'],
    ["//", 1, "a segment is empty", fill],
    ["/a/", 3, "a segment is empty", fill],
    ["/a//b", 3, "a segment is empty", fill],
    ["/{x=/a}", 4, "a segment is empty", fill],
    ["/{x=}", 4, "a segment is empty", fill],
    ["/{x=a/}", 6, "a segment is empty", fill],
    ["/:verb", 1, "a segment is empty", fill],
    ["/a/:verb", 3, "a segment is empty", fill],
    ["/a:", 2, 'no verb follows the ":"', verb],
    ["/{x}:", 4, 'no verb follows the ":"', verb],
    ["/a/{a={b}}", 6, "a variable stands inside another", one],
    ["/{a=c/{b=d}}", 6, "a variable stands inside another", one],
    ["/a{x}", 2, partial, neighbour],
    ["/{x}a", 4, partial, neighbour],
    ["/{x}{y}", 4, partial, neighbour],
    ["/{x}a/b", 4, partial, neighbour],
    ["/a/{x", 5, 'the variable "x" is not closed', 'add a "}"'],
    ["/a/{x=b", 7, 'the variable "x" is not closed', 'add a "}"'],
    ["/a/{x/b}", 5, 'the variable "x" is not closed', 'add a "}"'],
    ["/{x:verb", 3, 'the variable "x" is not closed', 'add a "}"'],
    ["/a}", 2, 'a "}" closes nothing', 'remove it, or open the variable with "{"'],
    ["/}", 1, 'a "}" closes nothing', 'remove it, or open the variable with "{"'],
    ["/{x}}", 4, 'a "}" closes nothing', 'remove it, or open the variable with "{"'],
    ["/a:b}", 4, 'a "}" closes nothing', 'remove it, or open the variable with "{"'],
    ["/{}", 2, "a variable has no name", "name the field that it fills"],
    ["/{=*}", 2, "a variable has no name", "name the field that it fills"],
    ["/{a.}", 2, '"a." is not a field path', 'use field names joined by ".", such as book.name'],
    ["/{.a}", 2, '".a" is not a field path', 'use field names joined by ".", such as book.name'],
    ["/{1a}", 2, '"1a" is not a field path', 'use field names joined by ".", such as book.name'],
    ["/{a-b}", 2, '"a-b" is not a field path', 'use field names joined by ".", such as book.name'],
    ["/{é}", 2, '"é" is not a field path', 'use field names joined by ".", such as book.name'],
    [
      "/{a}/{b}/{a}",
      10,
      'the variable "a" stands twice',
      "give each variable once; a field has one value",
    ],
    ["/**/*", 4, '"*" follows "**"', last],
    ["/**/**", 4, '"**" follows "**"', last],
    ["/{a=**}/{b}", 8, '"*" follows "**"', last],
    ["/{a=**}/{b=**}", 11, '"**" follows "**"', last],
    ["/a*", 2, '"*" is only a part of its segment', alone],
    ["/***", 1, '"*" is only a part of its segment', alone],
    ["/*a:verb", 1, '"*" is only a part of its segment', alone],
    [
      "/{x=b:c}",
      5,
      'a ":" stands inside a variable',
      'write the verb after the "}", or %3A for the character itself',
    ],
    ["/a b", 2, "a space cannot stand in a path", "remove it"],
    ["/a?b=c", 2, '"?" cannot stand in a path', "remove it"],
    ["/a#b", 2, '"#" cannot stand in a path', "remove it"],
    ["/a\\b", 2, '"\\" cannot stand in a path', "remove it"],
    ["/a\u0007", 2, "a control character cannot stand in a path", "remove it"],
    ["/a\u007f", 2, "a control character cannot stand in a path", "remove it"],
    ["/a\ud800", 2, "half of a surrogate pair cannot stand in a path", "remove it"],
    ["/a/b%zz", 4, '"b%zz" is not valid percent-encoding', percent],
    ["/%a", 1, '"%a" is not valid percent-encoding', percent],
    ["/%c0%ae", 1, '"%c0%ae" is not valid percent-encoding', percent],
    ["/a:%ff", 3, '"%ff" is not valid percent-encoding', percent],
    ["/a/..", 3, '".." is a dot segment', refused],
    ["/./a", 1, '"." is a dot segment', refused],
    ["/%2e%2E/a", 1, '"%2e%2E" is a dot segment', refused],
    ["/a%00", 2, '"a%00" holds an encoded NUL or backslash', refused],
    ["/a%5C", 2, '"a%5C" holds an encoded NUL or backslash', refused],
    ["/a".repeat(129), 258, "the template has too many segments", "use at most 128"],
  ];
  for (const [text, offset, message, remedy] of rows) {
    test(`${JSON.stringify(text).slice(0, 40)}: ${message}`, () => {
      assert.deepEqual(parseTemplate(text), { ok: false, error: { offset, message, remedy } });
    });
  }

  test("128 segments are still a template", () => {
    assert.equal(templateOf("/a".repeat(128)).segments.length, 128);
  });
});

suite("the shape of a template", () => {
  const rows = [
    { name: "names of variables do not count", a: "/v1/{a}", b: "/v1/{b.c=*}", same: true },
    { name: "braces around segments do not count", a: "/{a=b/*}", b: "/b/*", same: true },
    { name: "spelling of literals does not count", a: "/a%62%2f", b: "/ab%2F", same: true },
    { name: "* and ** differ", a: "/v1/{a}", b: "/v1/{a=**}", same: false },
    { name: "an encoded wildcard is no wildcard", a: "/v1/%2A", b: "/v1/*", same: false },
    { name: "an encoded slash is no slash", a: "/a%2Fb", b: "/a/b", same: false },
    { name: "an encoded colon is no verb", a: "/a%3Ab", b: "/a:b", same: false },
    { name: "the verb counts", a: "/v1/a:b", b: "/v1/a:c", same: false },
  ];
  for (const { name, a, b, same } of rows) {
    test(name, () => {
      assert.equal(templateShape(templateOf(a)) === templateShape(templateOf(b)), same);
    });
  }

  test("is readable", () => {
    assert.equal(templateShape(templateOf("/v1/{a=b/*}/{c=**}/d:e")), "/v1/b/*/**/d:e");
    assert.equal(templateShape(templateOf("/")), "/");
  });
});
