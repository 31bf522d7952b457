import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import { expectRefusal } from "./refusal.ts";

const echo = "/v1/kitchen-sink:echo";

interface RefusedRow {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly message: RegExp | string;
}

suite("faults.md group 4: JSON values", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  const post = (body: string | Uint8Array) => send(gateway.port, "POST", echo, { body });

  /** JSON, but no value of its field. */
  const values: readonly RefusedRow[] = [
    { name: "J-10: a fraction", body: '{"fInt32":1.5}', message: /^fInt32: .*, got 1\.5 / },
    {
      name: "J-10: 2147483648 for an int32",
      body: '{"fInt32":2147483648}',
      message: "fInt32: expected a 32-bit integer, got 2147483648 (line 1, column 11)",
    },
    { name: "J-10: 1e400", body: '{"fInt32":1e400}', message: /^fInt32: .*, got 1e400 / },
    { name: 'J-10: "1e400"', body: '{"fInt32":"1e400"}', message: /^fInt32: .*, got "1e400" / },
    { name: "J-10: 1e400 as a double", body: '{"fDouble":1e400}', message: /^fDouble: .*1e400 / },
    {
      name: 'J-10: "1e400" as a double',
      body: '{"fDouble":"1e400"}',
      message: 'fDouble: expected a number, got "1e400" (line 1, column 12)',
    },
    { name: "J-10: 1e39 as a float", body: '{"fFloat":1e39}', message: /^fFloat: .*, got 1e39 / },
    {
      name: "J-10: -0 for an int32",
      body: '{"fInt32":-0}',
      message: "fInt32: expected a 32-bit integer, got -0 (line 1, column 11)",
    },
    { name: 'J-10: "-0" for a uint64', body: '{"fUint64":"-0"}', message: /, got "-0" / },
    { name: "J-10: -0.0 for an int64", body: '{"fInt64":-0.0}', message: /^fInt64: .*-0\.0 / },
    { name: "J-10: -0e9 for an int64", body: '{"fInt64":-0e9}', message: /^fInt64: .*-0e9 / },
    { name: "J-10: -0 in a list", body: '{"rInt32":[-0]}', message: /^rInt32\[0\]: .*-0 / },
    { name: "J-10: -0 in a wrapper", body: '{"wInt32":-0}', message: /^wInt32: .*, got -0 / },
    { name: "J-10: -0 as a key", body: '{"mInt64":{"-0":"a"}}', message: /, got "-0" / },
    { name: "J-10: -0 as an enum", body: '{"color":-0}', message: /^color: .*, got -0 / },
    {
      name: "J-10: spaces before a number in quotes",
      body: '{"fInt32":"  1"}',
      message: 'fInt32: expected a 32-bit integer, got "  1" (line 1, column 11)',
    },
    { name: "J-10: a space behind it", body: '{"fInt32":"1 "}', message: /^fInt32: .*, got "1 " / },
    { name: "J-10: no digits", body: '{"fInt32":""}', message: /^fInt32: .*, got "" / },
    {
      name: "J-10: true for an integer",
      body: '{"fInt32":true}',
      message: /^fInt32: .*, got true /,
    },
    { name: 'J-10: "NaN" for an integer', body: '{"fInt32":"NaN"}', message: /^fInt32: .*"NaN" / },
    { name: "J-10: a hexadecimal string", body: '{"fInt32":"0x10"}', message: /^fInt32: .*0x10/ },
    {
      name: "J-11: a string of a mebibyte of digits",
      body: `{"fInt64":"${"9".repeat(1024 * 1024)}"}`,
      message: /^fInt64: expected a 64-bit integer, got "9{40}\.\.\." \(line 1, column 11\)$/,
    },
    {
      name: "J-11: a number of a mebibyte of digits",
      body: `{"fUint64":${"9".repeat(1024 * 1024)}}`,
      message: /^fUint64: expected an unsigned 64-bit integer, got 9{40}\.\.\. /,
    },
    {
      name: "J-12: base64 of other characters",
      body: '{"fBytes":"$$$"}',
      message: 'fBytes: expected base64, got "$$$" (line 1, column 11)',
    },
    { name: "J-12: base64 of one character", body: '{"fBytes":"A"}', message: /^fBytes: .*"A" / },
    { name: "J-12: base64 half padded", body: '{"fBytes":"AQ="}', message: /^fBytes: .*"AQ=" / },
    { name: "J-12: base64 with a space", body: '{"fBytes":"AQ ID"}', message: /^fBytes: / },
    {
      name: "J-14: an unknown enum name",
      body: '{"color":"MAUVE"}',
      message: /^color: .*library\.v1\.Color.*"MAUVE".* \(line 1, column 10\)$/,
    },
    {
      name: "J-14: an enum number over 32 bits",
      body: '{"color":2147483648}',
      message: /^color: /,
    },
    {
      name: "J-14: null in a list",
      body: '{"rInt32":[1,null]}',
      message: "rInt32[1]: expected a value, got null (line 1, column 14)",
    },
    {
      name: "J-14: null in a list of messages",
      body: '{"rNested":[null]}',
      message: "rNested[0]: expected a value, got null (line 1, column 13)",
    },
    {
      name: "J-14: null in a map",
      body: '{"mString":{"a":null}}',
      message: 'mString["a"]: expected a value, got null (line 1, column 17)',
    },
    {
      name: "J-15: a Timestamp in the year 10000",
      body: '{"timestamp":"10000-01-01T00:00:00Z"}',
      message: /^timestamp: expected a time such as "2024-05-17T08:30:00Z", got "10000-/,
    },
    {
      name: "J-15: a Timestamp in the year 0",
      body: '{"timestamp":"0000-12-31T23:59:59Z"}',
      message: /^timestamp: expected a time from year 1 to year 9999, got "0000-12-31/,
    },
    {
      name: "J-15: a Timestamp that its zone takes past the year 9999",
      body: '{"timestamp":"9999-12-31T23:59:59-01:00"}',
      message: /^timestamp: expected a time from year 1 to year 9999/,
    },
    {
      name: "J-15: a Duration over 315,576,000,000 s",
      body: '{"duration":"315576000001s"}',
      message: /^duration: expected a duration of at most 315576000000s, got "315576000001s"/,
    },
    {
      name: "J-15: a Duration below -315,576,000,000 s",
      body: '{"duration":"-315576000001s"}',
      message: /^duration: expected a duration of at most 315576000000s/,
    },
    {
      name: "J-15: a FieldMask with an empty name",
      body: '{"fieldMask":"a..b"}',
      message:
        'fieldMask: expected a field mask without empty names, got "a..b" (line 1, column 14)',
    },
    {
      name: "J-15: a FieldMask of 10,000 paths",
      body: `{"fieldMask":"${"a,".repeat(9999)}a"}`,
      message: /^fieldMask: expected a field mask of at most 1000 paths, got "(?:a,){20}\.\.\."/,
    },
  ];
  for (const { name, body, message } of values) {
    test(`${name} is 400`, async () => {
      const want = { status: 400, code: 3, reason: "INVALID_FIELD", message };
      await expectRefusal(gateway, () => post(body), want);
      assert.equal(({} as { x?: unknown }).x, undefined);
    });
  }

  /** No JSON. */
  const texts: readonly RefusedRow[] = [
    {
      name: "J-10: the token NaN",
      body: '{"fInt32":NaN}',
      message: 'fInt32: expected a value, got "N" (line 1, column 11)',
    },
    { name: "J-10: a leading zero", body: '{"fInt32":01}', message: /no leading zeros/ },
    { name: "J-10: a leading plus", body: '{"fInt32":+1}', message: /^fInt32: .*, got "\+"/ },
  ];
  for (const { name, body, message } of texts) {
    test(`${name} is 400`, async () => {
      const want = { status: 400, code: 3, reason: "INVALID_JSON", message };
      await expectRefusal(gateway, () => post(body), want);
    });
  }

  const accepted = [
    { name: "J-09: 64 bits in quotes are exact", body: '{"fInt64":"9007199254740993"}' },
    {
      name: "J-09: 64 bits without quotes are exact",
      body: '{"fInt64":9007199254740993,"fUint64":18446744073709551615}',
      want: '{"fInt64":"9007199254740993","fUint64":"18446744073709551615"}',
    },
    {
      name: "J-09: 64 bits are exact in lists, maps and wrappers",
      body: '{"rInt64":[-9223372036854775808],"mInt64":{"9007199254740993":"a"},"wInt64":9007199254740993}',
      want: '{"rInt64":["-9223372036854775808"],"mInt64":{"9007199254740993":"a"},"wInt64":"9007199254740993"}',
    },
    {
      name: "J-10: 1.0 and 1e2 are integers",
      body: '{"fInt32":1.0,"fUint32":1e2}',
      want: '{"fInt32":1,"fUint32":100}',
    },
    { name: "J-10: -0 is a double", body: '{"fDouble":-0}' },
    {
      name: "J-12: both alphabets of base64, padded or not",
      body: '{"fBytes":"-_8","rBytes":["-_8=","+/8","+/8="]}',
      want: '{"fBytes":"+/8=","rBytes":["+/8=","+/8=","+/8="]}',
    },
    { name: "J-14: an open enum keeps a number that has no name", body: '{"color":77}' },
    { name: "J-14: null for a field is its absence", body: '{"color":null}', want: "{}" },
    {
      name: "J-15: the first and the last second of a Timestamp",
      body: '{"timestamp":"0001-01-01T00:00:00Z"}',
    },
    { name: "J-15: a Duration of the most seconds", body: '{"duration":"315576000000s"}' },
    // The range is of the seconds, and any nanos may stand beside them: duration.proto, and the REQUIRED tests
    // DurationMaxValue and DurationMinValue of the official conformance suite.
    {
      name: "J-15: a Duration of the most seconds and the most nanos",
      body: '{"duration":"315576000000.999999999s"}',
    },
    {
      name: "J-15: a Duration of the least seconds and the least nanos",
      body: '{"duration":"-315576000000.999999999s"}',
    },
  ];
  for (const { name, body, want } of accepted) {
    test(name, async () => {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.text], [200, want ?? body]);
      assert.equal(({} as { x?: unknown }).x, undefined);
    });
  }
});
