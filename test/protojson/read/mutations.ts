// JSON texts that are nearly right: one value, key or character of a good one is changed.
import fc from "fast-check";

/** Texts put in place of a value: each is right for some field and wrong for most. */
const strangeValues: readonly string[] = [
  "null",
  "true",
  "false",
  '"true"',
  "0",
  "-0",
  "1",
  "-1",
  "1.0",
  "1.5",
  "1e3",
  "1E+2",
  "12e-1",
  "10e-1",
  "01",
  "1.",
  ".5",
  "+1",
  "NaN",
  "Infinity",
  "1e400",
  "-1e400",
  "1e39",
  "3.5e38",
  "5e-324",
  "127",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "4294967295",
  "4294967296",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "18446744073709551616",
  "123456789012345678901234567890",
  '""',
  '" "',
  '"0"',
  '"-0"',
  '"1"',
  '" 1"',
  '"1 "',
  '"01"',
  '"+1"',
  '"1.0"',
  '"1.5"',
  '"1e3"',
  '"0x10"',
  '"1_000"',
  '".5"',
  '"5."',
  '"1\\u0030"',
  '"2147483648"',
  '"9223372036854775807"',
  '"9223372036854775808"',
  '"-9223372036854775808"',
  '"18446744073709551615"',
  '"123456789012345678901"',
  '"NaN"',
  '"nan"',
  '"Infinity"',
  '"-Infinity"',
  '"+Infinity"',
  '"1e400"',
  '"abc"',
  '"a\\nb"',
  '"é😀"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\ude00\\ud83d"',
  '"\\x"',
  '"\u0001"',
  '"AQID"',
  '"AQI="',
  '"AQI"',
  '"AQ=="',
  '"AQ="',
  '"A"',
  '"-_-_"',
  '"+/+/"',
  '"AQ\\/D"',
  '"AQ D"',
  '"OPEN_ONE"',
  '"CLOSED_ONE"',
  '"open_one"',
  '"NULL_VALUE"',
  "-7",
  "99",
  "[]",
  "[null]",
  "[1]",
  '["a"]',
  "[[]]",
  "[1,]",
  "[,1]",
  "[1 2]",
  "{}",
  '{"":null}',
  '{"a":1}',
  '{"a":1,"a":2}',
  '{"1":1,"01":1}',
  '{"1":"a","2":"b"}',
  '{"true":true}',
  '{"a":1,}',
  "{a:1}",
  '{"a" 1}',
  '{"__proto__":1}',
  '{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}',
  '{"value":"1s","@type":"type.googleapis.com/google.protobuf.Duration"}',
  '{"@type":"type.googleapis.com/google.protobuf.Empty"}',
  '{"@type":"type.googleapis.com/none.Such"}',
  '{"@type":"type.googleapis.com/google.protobuf.Value","value":null}',
  '{"@type":""}',
  '{"@type":1}',
  '"2024-02-29T12:34:56Z"',
  '"2023-02-29T12:34:56Z"',
  '"2024-01-01T00:00:00.123456789+14:00"',
  '"2024-01-01T00:00:00.1234567891Z"',
  '"2024-01-01T00:00:00z"',
  '"2024-01-01t00:00:00Z"',
  '"2024-01-01T24:00:00Z"',
  '"2024-01-01T23:59:60Z"',
  '"2024-01-01T00:00:00"',
  '"2024-01-01"',
  '"0000-12-31T23:59:59Z"',
  '"0001-01-01T00:00:00Z"',
  '"0001-01-01T00:00:00+00:01"',
  '"9999-12-31T23:59:59.999999999Z"',
  '"9999-12-31T23:59:59-00:01"',
  '"1s"',
  '"-1.5s"',
  '"-0.5s"',
  '"1.0000000001s"',
  '"315576000000s"',
  '"315576000001s"',
  '"1"',
  '"s"',
  '".5s"',
  '"1.s"',
  '"1e3s"',
  '"1s1s"',
  '"fooBar,baz.quxX"',
  '"foo_bar"',
  '"a..b"',
  '"a,,b"',
  '"*"',
];

interface Span {
  readonly kind: "value" | "key";
  readonly start: number;
  readonly end: number;
}

/** Where the values and keys of a good compact or pretty JSON text stand. */
function spansOf(json: string): readonly Span[] {
  const spans: Span[] = [];
  const open: number[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s{}[\],:"]+/gsu;
  for (const match of json.matchAll(token)) {
    const [text] = match;
    const end = match.index + text.length;
    if (text === "{" || text === "[") open.push(match.index);
    else if (text === "}" || text === "]") {
      spans.push({ kind: "value", start: open.pop() ?? 0, end });
    } else {
      const isKey = text.startsWith('"') && /^\s*:/u.test(json.slice(end));
      spans.push({ kind: isKey ? "key" : "value", start: match.index, end });
    }
  }
  return spans;
}

/** One change of one good text. */
export function mutationArbitrary(json: string): fc.Arbitrary<string> {
  const spans = spansOf(json);
  const values = spans.filter((span) => span.kind === "value");
  const keys = spans.filter((span) => span.kind === "key");
  const put = (span: Span, text: string): string =>
    json.slice(0, span.start) + text + json.slice(span.end);
  const choices: { arbitrary: fc.Arbitrary<string>; weight: number }[] = [
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...values), fc.constantFrom(...strangeValues))
        .map(([span, text]) => put(span, text)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat(json.length), fc.constantFrom(...'{}[]:,"\\ 09-.eEtfn/\u0000\u00e9'))
        .map(([at, letter]) => json.slice(0, at) + letter + json.slice(at)),
    },
    {
      weight: 1,
      arbitrary: fc.nat(json.length).map((at) => json.slice(0, at) + json.slice(at + 1)),
    },
    { weight: 1, arbitrary: fc.nat(json.length).map((at) => json.slice(0, at)) },
  ];
  if (keys.length > 0) {
    const key = fc.constantFrom(...keys);
    const extra = fc.constantFrom('"unknown":1,', '"__proto__":null,', '"[random.v1.none]":1,');
    choices.push(
      { weight: 1, arbitrary: key.map((span) => put(span, '"unknown"')) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(key, extra)
          .map(([span, text]) => json.slice(0, span.start) + text + json.slice(span.start)),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(key, key)
          .map(([span, other]) => put(span, json.slice(other.start, other.end))),
      },
      {
        weight: 1,
        arbitrary: key.map((span) => put(span, escaped(json.slice(span.start + 1, span.end - 1)))),
      },
    );
  }
  return fc.oneof(...choices);
}

function escaped(text: string): string {
  if (text.includes("\\") || text === "") return `"${text}"`;
  return `"\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}${text.slice(1)}"`;
}
