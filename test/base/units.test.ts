import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseDurationMs, parsePercent, parseSizeBytes } from "../../src/base/index.ts";

suite("units", () => {
  const rows = [
    { name: "milliseconds", parse: parseDurationMs, text: "500ms", want: 500 },
    { name: "seconds", parse: parseDurationMs, text: "30s", want: 30_000 },
    { name: "fractions of a minute", parse: parseDurationMs, text: "1.5m", want: 90_000 },
    { name: "hours", parse: parseDurationMs, text: "2h", want: 7_200_000 },
    { name: "bytes", parse: parseSizeBytes, text: "512B", want: 512 },
    { name: "kibibytes", parse: parseSizeBytes, text: "64KiB", want: 65_536 },
    { name: "mebibytes", parse: parseSizeBytes, text: "4MiB", want: 4_194_304 },
    {
      name: "gibibytes in fractions are whole bytes",
      parse: parseSizeBytes,
      text: "0.3GiB",
      want: 322_122_547,
    },
    { name: "percentages are fractions", parse: parsePercent, text: "20%", want: 0.2 },
  ];
  for (const row of rows) {
    test(row.name, () => assert.deepEqual(row.parse(row.text), { ok: true, value: row.want }));
  }

  const refused = [
    { name: "a bare number has no unit", parse: parseDurationMs, text: "30" },
    { name: "a negative duration", parse: parseDurationMs, text: "-1s" },
    { name: "an unknown unit", parse: parseDurationMs, text: "1d" },
    { name: "a name from Object.prototype as unit", parse: parseDurationMs, text: "1constructor" },
    { name: "decimal megabytes, which are not binary ones", parse: parseSizeBytes, text: "4MB" },
    { name: "more than all", parse: parsePercent, text: "101%" },
    { name: "the empty text", parse: parseSizeBytes, text: "" },
  ];
  for (const row of refused) {
    test(`${row.name} is refused`, () => {
      const result = row.parse(row.text);
      assert.ok(!result.ok);
      assert.match(result.error, /^expected /);
    });
  }
});
