import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  Code,
  codeName,
  codeOf,
  codeOfHttpStatus,
  decodeGrpcMessage,
  formatGrpcTimeout,
  gatewayFailure,
  httpStatusOfCode,
  httpStatusOfFailure,
  metadataCount,
  metadataValue,
  parseGrpcTimeoutMs,
  sealEnvelope,
} from "../../src/rpc/index.ts";

suite("transcoding.md §5: gRPC code to HTTP status", () => {
  const rows = [
    { code: Code.OK, http: 200 },
    { code: Code.CANCELLED, http: 499 },
    { code: Code.UNKNOWN, http: 500 },
    { code: Code.INVALID_ARGUMENT, http: 400 },
    { code: Code.DEADLINE_EXCEEDED, http: 504 },
    { code: Code.NOT_FOUND, http: 404 },
    { code: Code.ALREADY_EXISTS, http: 409 },
    { code: Code.PERMISSION_DENIED, http: 403 },
    { code: Code.RESOURCE_EXHAUSTED, http: 429 },
    { code: Code.FAILED_PRECONDITION, http: 400 },
    { code: Code.ABORTED, http: 409 },
    { code: Code.OUT_OF_RANGE, http: 400 },
    { code: Code.UNIMPLEMENTED, http: 501 },
    { code: Code.INTERNAL, http: 500 },
    { code: Code.UNAVAILABLE, http: 503 },
    { code: Code.DATA_LOSS, http: 500 },
    { code: Code.UNAUTHENTICATED, http: 401 },
  ];
  for (const row of rows) {
    test(`${codeName(row.code)} is ${row.http}`, () => {
      assert.equal(httpStatusOfCode(row.code), row.http);
    });
  }
  test("any other number is 500", () => assert.equal(httpStatusOfCode(99), 500));
  test("a number that is no code is UNKNOWN", () => {
    for (const value of [-1, 17, 99, 1.5, Number.NaN]) assert.equal(codeOf(value), Code.UNKNOWN);
  });
  test("a reason with an HTTP status of its own keeps it", () => {
    assert.equal(httpStatusOfFailure(gatewayFailure("METHOD_NOT_ALLOWED", "x")), 405);
    assert.equal(httpStatusOfFailure(gatewayFailure("INVALID_FIELD", "x")), 400);
  });
});

suite("HTTP status to gRPC code, as the gRPC specification maps it", () => {
  const rows = [
    { http: 400, code: Code.INTERNAL },
    { http: 401, code: Code.UNAUTHENTICATED },
    { http: 403, code: Code.PERMISSION_DENIED },
    { http: 404, code: Code.UNIMPLEMENTED },
    { http: 429, code: Code.UNAVAILABLE },
    { http: 502, code: Code.UNAVAILABLE },
    { http: 503, code: Code.UNAVAILABLE },
    { http: 504, code: Code.UNAVAILABLE },
    { http: 200, code: Code.UNKNOWN },
    { http: 500, code: Code.UNKNOWN },
  ];
  for (const row of rows) {
    test(`${row.http} is ${codeName(row.code)}`, () => {
      assert.equal(codeOfHttpStatus(row.http), row.code);
    });
  }
});

suite("grpc-timeout", () => {
  const rows = [
    { text: "1H", want: 3_600_000 },
    { text: "99999999H", want: 99_999_999 * 3_600_000 },
    { text: "2M", want: 120_000 },
    { text: "3S", want: 3000 },
    { text: "0m", want: 0 },
    { text: "250m", want: 250 },
    { text: "1500u", want: 1.5 },
    { text: "1000000n", want: 1 },
  ];
  for (const row of rows) {
    test(`${row.text} is ${row.want} ms`, () => {
      assert.ok(Math.abs((parseGrpcTimeoutMs(row.text) ?? -1) - row.want) < 1e-6);
    });
  }
  for (const text of ["", "S", "-1S", "1x", "123456789S", "1.5S", "1", " 1S", "1s"]) {
    test(`${JSON.stringify(text)} is malformed`, () => {
      assert.equal(parseGrpcTimeoutMs(text), undefined);
    });
  }
  test("what is written is read back, never shorter, and has at most 8 digits", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3e14, noNaN: true }), (timeoutMs) => {
        const text = formatGrpcTimeout(timeoutMs);
        assert.match(text, /^[0-9]{1,8}[mSH]$/);
        assert.ok((parseGrpcTimeoutMs(text) ?? -1) >= timeoutMs);
      }),
    );
  });
});

suite("grpc-message", () => {
  const rows = [
    { name: "plain text stays", text: "no such book", want: "no such book" },
    { name: "escapes are UTF-8", text: "caf%C3%A9 %25", want: "café %" },
    { name: "a broken escape stays as it is", text: "50% off %C3%A9", want: "50% off é" },
  ];
  for (const row of rows) test(row.name, () => assert.equal(decodeGrpcMessage(row.text), row.want));
});

suite("metadata", () => {
  const metadata = ["__proto__", "a", "x", "1", "x", "2"];
  test("gives the first value and counts repeats, whatever the name", () => {
    assert.equal(metadataValue(metadata, "x"), "1");
    assert.equal(metadataValue(metadata, "__proto__"), "a");
    assert.equal(metadataValue(metadata, "constructor"), undefined);
    assert.equal(metadataCount(metadata, "x"), 2);
  });
});

suite("envelope", () => {
  test("is sealed with flag 0 and a big-endian length", () => {
    const envelope = sealEnvelope(new Uint8Array(5 + 0x01_02_03));
    assert.deepEqual([...envelope.subarray(0, 5)], [0, 0, 1, 2, 3]);
  });
});
