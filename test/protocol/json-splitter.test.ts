import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type JsonLayout, JsonSplitter } from "../../src/protocol/rest/json-splitter.ts";

interface Split {
  readonly values: string[];
  readonly problem: string | undefined;
}

/** Splits `text`, which comes in pieces that end at `cuts`. */
function split(layout: JsonLayout, text: string, cuts: readonly number[], maxBytes = 1000): Split {
  const bytes = Buffer.from(text);
  const splitter = new JsonSplitter(layout, maxBytes);
  const values: string[] = [];
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    splitter.push(bytes.subarray(start, end));
    start = end;
    for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
      if (!("bytes" in next)) return { values, problem: placed(next) };
      values.push(Buffer.from(next.bytes).toString());
    }
  }
  const last = splitter.finish();
  if (last === undefined) return { values, problem: undefined };
  if (!("bytes" in last)) return { values, problem: placed(last) };
  return { values: [...values, Buffer.from(last.bytes).toString()], problem: undefined };
}

function placed(problem: { message: string; line: number; column: number }): string {
  return `${problem.message} (${problem.line}:${problem.column})`;
}

function everyByte(text: string): number[] {
  return Array.from({ length: Buffer.byteLength(text) }, (_, index) => index);
}

suite("cutting a body into JSON values", () => {
  const rows: {
    readonly name: string;
    readonly layout: JsonLayout;
    readonly text: string;
    readonly values: readonly string[];
    readonly problem?: string;
  }[] = [
    {
      name: "an array of objects",
      layout: "array",
      text: '[{"a":1},{"b":[2,{}]}]',
      values: ['{"a":1}', '{"b":[2,{}]}'],
    },
    { name: "an empty array", layout: "array", text: " [ ] ", values: [] },
    { name: "no bytes are no messages", layout: "array", text: "", values: [] },
    {
      name: "white space and line breaks around elements",
      layout: "array",
      text: '[\n {"a":1} ,\r\n\t{} ]\n',
      values: ['{"a":1}', "{}"],
    },
    {
      name: "scalars of every kind",
      layout: "array",
      text: '[1,-2.5e3,true,null,"x",[3]]',
      values: ["1", "-2.5e3", "true", "null", '"x"', "[3]"],
    },
    {
      name: "brackets and quotes inside of text",
      layout: "array",
      text: '[{"a":"]}\\"[{"},"\\\\"]',
      values: ['{"a":"]}\\"[{"}', '"\\\\"'],
    },
    { name: "a byte order mark", layout: "array", text: "\ufeff[{}]", values: ["{}"] },
    { name: "text beyond ASCII", layout: "array", text: '["é😀"]', values: ['"é😀"'] },
    {
      name: "an object where an array is wanted",
      layout: "array",
      text: '{"a":1}',
      values: [],
      problem: "expected a JSON array of messages (1:1)",
    },
    {
      name: "a trailing comma",
      layout: "array",
      text: "[{},]",
      values: ["{}"],
      problem: "expected a message (1:5)",
    },
    {
      name: "a leading comma",
      layout: "array",
      text: "[,{}]",
      values: [],
      problem: "expected a message (1:2)",
    },
    {
      name: "a missing comma",
      layout: "array",
      text: "[{}\n{}]",
      values: ["{}"],
      problem: "expected , or ] behind a message (2:1)",
    },
    {
      name: "J-25: an array that is not closed",
      layout: "array",
      text: '[{"a":1}',
      values: ['{"a":1}'],
      problem: "the body ends before the array does: expected ] (1:9)",
    },
    {
      name: "an element that is not closed",
      layout: "array",
      text: '[{"a":1',
      values: [],
      problem: "the body ends inside a value (1:8)",
    },
    {
      name: "a second array",
      layout: "array",
      text: "[{}] []",
      values: ["{}"],
      problem: "expected nothing behind the array (1:6)",
    },
    {
      name: "a value a line",
      layout: "lines",
      text: '{"a":1}\n{"b":2}\r\n\n3\n',
      values: ['{"a":1}', '{"b":2}', "3"],
    },
    {
      name: "a last line without its break",
      layout: "lines",
      text: "{}\n17",
      values: ["{}", "17"],
    },
    {
      name: "two values on one line",
      layout: "lines",
      text: "{} {}",
      values: ["{}"],
      problem: "expected a line break behind a message (1:4)",
    },
    {
      name: "a value on two lines",
      layout: "lines",
      text: '{"a":\n1}',
      values: [],
      problem: "expected a whole message on one line (1:7)",
    },
    {
      name: "a stray bracket between lines",
      layout: "lines",
      text: "{}\n]",
      values: ["{}"],
      problem: "expected a message (2:1)",
    },
    {
      name: "values without anything between them",
      layout: "concatenated",
      text: '{}{"a":[]}[1]"x"2 3',
      values: ["{}", '{"a":[]}', "[1]", '"x"', "2", "3"],
    },
  ];
  for (const row of rows) {
    test(`${row.name}, whole and byte by byte`, () => {
      const want = { values: row.values, problem: row.problem };
      assert.deepEqual(split(row.layout, row.text, []), want);
      assert.deepEqual(split(row.layout, row.text, everyByte(row.text)), want);
    });
  }

  test("gives a value before the next byte has come", () => {
    const splitter = new JsonSplitter("lines", 100);
    splitter.push(Buffer.from('{"a":1}'));
    assert.ok(splitter.next() !== undefined);
  });

  test("says where a value begins", () => {
    const splitter = new JsonSplitter("array", 100);
    splitter.push(Buffer.from("[{},\n  {"));
    splitter.next();
    splitter.next();
    splitter.push(Buffer.from("}]"));
    const { line, column, index } = splitter.next() as {
      line: number;
      column: number;
      index: number;
    };
    assert.deepEqual({ line, column, index }, { line: 2, column: 3, index: 1 });
  });

  test("J-25: a value over the limit is refused before it has come whole", () => {
    const splitter = new JsonSplitter("array", 10);
    splitter.push(Buffer.from('["0123456789'));
    const problem = splitter.next();
    assert.ok(problem !== undefined && "kind" in problem && problem.kind === "tooLarge");
    assert.equal(problem.message, "message 0 is over the limit of 10 bytes");
  });

  const blanks = [
    { name: "before an array", layout: "array", bytes: " ".repeat(11), at: 0 },
    { name: "in an array", layout: "array", bytes: `[${"\n".repeat(11)}`, at: 0 },
    { name: "between values", layout: "concatenated", bytes: `1${"\t".repeat(11)}`, at: 1 },
    { name: "behind an array", layout: "array", bytes: `[1]${" ".repeat(11)}`, at: 1 },
    { name: "between lines", layout: "lines", bytes: `1${"\r\n".repeat(6)}`, at: 1 },
  ] as const;
  for (const { name, layout, bytes, at } of blanks) {
    test(`white space ${name} has the limit of a value, however it is cut`, () => {
      for (const cuts of [[], [4], [2, 4, 6, 8]]) {
        const { problem } = split(layout, bytes, cuts, 10);
        assert.match(
          problem ?? "",
          new RegExp(`^the white space before message ${at} is over the limit of 10 bytes`),
        );
      }
    });
  }

  test("white space below the limit is read as often as it comes", () => {
    const body = `[${["1", "2", "3"].join(`${" ".repeat(5)},${" ".repeat(5)}`)}]`;
    assert.deepEqual(split("array", body, [7], 10), {
      values: ["1", "2", "3"],
      problem: undefined,
    });
  });

  test("a piece is a value where pieces are values", () => {
    assert.deepEqual(split("pieces", '{"a":1}', []), { values: ['{"a":1}'], problem: undefined });
    assert.equal(
      split("pieces", "x".repeat(11), [], 10).problem,
      "message 0 is over the limit of 10 bytes (1:1)",
    );
  });

  test("any values come out as they went in, however they are cut", () => {
    const values = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 6 });
    const cuts = fc.array(fc.nat(400), { maxLength: 12 });
    fc.assert(
      fc.property(values, cuts, fc.boolean(), (wanted, where, pretty) => {
        const texts = wanted.map((value) => JSON.stringify(value));
        const array = pretty ? JSON.stringify(wanted, undefined, 1) : JSON.stringify(wanted);
        const inArray = split("array", array, where, 10_000);
        assert.equal(inArray.problem, undefined);
        assert.deepEqual(
          inArray.values.map((text) => JSON.stringify(JSON.parse(text))),
          texts,
        );
        assert.deepEqual(split("lines", texts.join("\n"), where, 10_000), {
          values: texts,
          problem: undefined,
        });
      }),
    );
  });

  test("any bytes are cut without a throw, and alike however they come", () => {
    const soup = fc.stringMatching(/^[[\]{}",:\\ \na1-]{0,40}$/);
    fc.assert(
      fc.property(
        soup,
        fc.constantFrom<JsonLayout>("array", "lines", "concatenated"),
        (text, layout) => {
          assert.deepEqual(split(layout, text, everyByte(text)), split(layout, text, []));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
