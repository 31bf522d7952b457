import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { PeerCertificate } from "node:tls";
import { identityProblem } from "../../src/upstream/tls/identity.ts";

function problem(name: string, sans: readonly string[], subjectaltname: string) {
  const certificate = { subjectaltname, subject: { CN: "cn.internal" } };
  return identityProblem({ name, sans }, certificate as unknown as PeerCertificate);
}

suite("T-09: who a peer is", () => {
  const all = "DNS:Library.internal, DNS:*.pool.internal, IP Address:10.0.0.1, URI:spiffe://a/B";
  const six = "IP Address:2001:DB8:0:0:0:0:0:1";
  const good: readonly (readonly [name: string, sans: readonly string[], alternatives: string])[] =
    [
      ["library.internal", [], all],
      ["LIBRARY.INTERNAL", ["library.INTERNAL"], all],
      ["a.pool.internal", [], all],
      ["a.pool.internal", ["*.pool.internal"], all],
      ["10.0.0.1", [], all],
      ["library.internal", ["other", "10.0.0.1"], all],
      ["library.internal", ["spiffe://a/B"], all],
      ["2001:db8::1", [], six],
      ["2001:db8::1", ["2001:0db8::0001"], six],
      [
        "library.internal",
        ['spiffe://a/"b, DNS:c'],
        'DNS:library.internal, URI:"spiffe://a/\\"b, DNS:c"',
      ],
    ];
  for (const [name, sans, alternatives] of good) {
    test(`${name}, pinned to [${sans}], is ${alternatives}`, () => {
      assert.equal(problem(name, sans, alternatives), undefined);
    });
  }

  const bad: readonly (readonly [
    name: string,
    sans: readonly string[],
    alternatives: string,
    want: RegExp,
  ])[] = [
    ["other.internal", [], all, /does not match certificate's altnames/],
    ["a.b.pool.internal", [], all, /does not match certificate's altnames/],
    ["10.0.0.2", [], all, /not in the cert's list/],
    ["10.0.0.1", [], "DNS:10.0.0.1", /not in the cert's list/],
    ["10.0.0.1", [], "IP Address:<invalid length=5>", /not in the cert's list/],
    ["10.0.0.1", [], "IP Address:010.0.0.1", /not in the cert's list|not for the address/],
    ["10.0.0.1", [], "IP Address:10.0.0.1 ", /not in the cert's list|not for the address/],
    ["cn.internal", ["cn.internal"], "", /none of the pinned names cn.internal/],
    ["library.internal", ["other"], all, /none of the pinned names other/],
    ["library.internal", ["spiffe://a/b"], all, /none of the pinned names/],
    ["library.internal", ["a.pool.internal"], all, /none of the pinned names/],
    [
      "library.internal",
      ["spiffe://a"],
      "DNS:library.internal, DNS:spiffe://a",
      /none of the pinned/,
    ],
    ["library.internal", ["10.0.0.1"], "DNS:library.internal, DNS:10.0.0.1", /none of the pinned/],
    [
      "library.internal",
      ["c"],
      'DNS:library.internal, URI:"http://a, DNS:c"',
      /none of the pinned/,
    ],
    ["library.internal", [], 'DNS:"library.internal', /./],
  ];
  for (const [name, sans, alternatives, want] of bad) {
    test(`${name}, pinned to [${sans}], is not ${alternatives}`, () => {
      assert.match(problem(name, sans, alternatives) ?? "", want);
    });
  }
});
