import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { summary, tableOf } from "./tables.ts";

// Everything is served here, so that whatever is not refused is found.
const table = tableOf(["GET /{path=**}", "GET /files/{path=**}:verb"]);

suite("faults.md group 3: paths that are refused before they are routed", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["P-01", "/a/../admin", "segment 2 is a dot segment"],
    ["P-01", "/a/%2e%2e/admin", "segment 2 is a dot segment"],
    ["P-01", "/a/%2E./admin", "segment 2 is a dot segment"],
    ["P-01", "/a/.%2e/admin", "segment 2 is a dot segment"],
    ["P-01", "/..", "segment 1 is a dot segment"],
    ["P-01", "/a/..", "segment 2 is a dot segment"],
    ["P-01", "/a/../", "segment 2 is a dot segment"],
    ["P-01", "/files/..:verb", "segment 2 is a dot segment"],
    ["P-02", "/a\\b", "character 3 is a backslash"],
    ["P-02", "/a%5cb", "character 3 is a backslash"],
    ["P-02", "/a%5Cb", "character 3 is a backslash"],
    ["P-03", "/./", "segment 1 is a dot segment"],
    ["P-03", "/a/%2e", "segment 2 is a dot segment"],
    ["P-04", "/a%00", "character 3 is NUL"],
    ["P-04", "/a\0", "character 3 is NUL"],
    ["P-04", "/%zz", "the escape at character 2 is broken"],
    ["P-04", "/%0g", "the escape at character 2 is broken"],
    ["P-04", "/a%a", "the escape at character 3 is broken"],
    ["P-04", "/a%", "the escape at character 3 is broken"],
    ["P-04", "/a%/a", "the escape at character 3 is broken"],
    ["P-04", "/%%20", "the escape at character 2 is broken"],
    ["P-04", "/%u0041", "the escape at character 2 is broken"],
    ["P-04", "/%c0%ae", "not valid UTF-8 once decoded"],
    ["P-04", "/%c0%ae%c0%ae/a", "not valid UTF-8 once decoded"],
    ["P-04", "/%ff", "not valid UTF-8 once decoded"],
    ["P-04", "/%C3", "not valid UTF-8 once decoded"],
    ["P-04", "/%C3/%A9", "not valid UTF-8 once decoded"],
    ["P-04", "/%ED%A0%80", "not valid UTF-8 once decoded"],
    ["P-04", "/%F4%90%80%80", "not valid UTF-8 once decoded"],
    ["H1-31", "/caf\u00e9", "character 5 is a character outside ASCII; percent-encode it"],
    ["H1-31", "/\u2028", "character 2 is a character outside ASCII; percent-encode it"],
    ["H1-30", "/a b", "character 3 is a space or control character"],
    ["H1-30", "/a\tb", "character 3 is a space or control character"],
    ["H1-30", "/a\u007f", "character 3 is a space or control character"],
    ["H1-32", "/a#b", "character 3 is a character that a path cannot have"],
    ["P-08", "", 'does not start with "/"'],
    ["P-08", "a/b", 'does not start with "/"'],
  ];
  for (const [row, path, message] of rows) {
    test(`${row}: ${JSON.stringify(path)} is refused: ${message}`, () => {
      assert.deepEqual(table.match("GET", path), { kind: "refused", message });
      assert.deepEqual(table.match("NONE", path), { kind: "refused", message });
    });
  }
});

suite("faults.md group 3: paths that look dangerous and are data", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["P-02: %2F never splits a segment", "/a%2Fb%2F..", "a%2Fb%2F.."],
    ["P-05: decoded once only", "/%252e%252e/a", "%2e%2e/a"],
    ["P-05: the second level of %2500 stays literal", "/%2500", "%00"],
    ["P-06: path parameters are literal, never stripped", "/a;x=1/b", "a;x=1/b"],
    ["P-06: dots with parameters are no dot segment", "/..;/b", "..;/b"],
    ["three dots are a name", "/.../b", ".../b"],
    ["a dot file is a name", "/.well-known/%2ehidden", ".well-known/.hidden"],
    ["dots with more are a name", "/..a/%2e%2ea/a..", "..a/..a/a.."],
    ["encoded control characters other than NUL are data", "/%0a%7F", "\n\x7f"],
  ];
  for (const [name, path, captured] of rows) {
    test(name, () => {
      assert.deepEqual(summary(table.match("GET", path)), {
        route: "GET /{path=**}",
        path: captured,
      });
    });
  }
});
