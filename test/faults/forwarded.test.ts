import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import type { Answer } from "../support/http-client.ts";
import { rawHead, sendRaw } from "./refusal.ts";

const inspect = "/v1/inspect";

interface Inspected {
  readonly metadata: Readonly<Record<string, string>>;
}

function inspected(answer: Answer): Inspected {
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Inspected;
}

suite("faults.md group 3: who the client is", () => {
  const claims = [
    { name: "one header", lines: ["X-Forwarded-For: 1.1.1.1, 2.2.2.2"] },
    { name: "two headers", lines: ["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2"] },
  ];
  const hops = [
    { hops: 0, peer: "127.0.0.1", forwarded: "127.0.0.1" },
    { hops: 1, peer: "2.2.2.2", forwarded: "2.2.2.2, 127.0.0.1" },
    { hops: 2, peer: "1.1.1.1", forwarded: "1.1.1.1, 2.2.2.2, 127.0.0.1" },
  ];
  for (const row of hops) {
    test(`P-21: with ${row.hops} trusted hops the client is ${row.peer}`, async () => {
      const gateway = await startTestGateway({ listener: `trusted_hops: ${row.hops}` });
      try {
        for (const { name, lines } of claims) {
          const head = rawHead(`GET ${inspect} HTTP/1.1`, ...lines);
          const { metadata } = inspected(await sendRaw(gateway.port, head));
          assert.equal(metadata["x-forwarded-for"], row.forwarded, name);
          assert.equal(gateway.records.at(-1)?.peer, row.peer, name);
        }
      } finally {
        await gateway.stop();
      }
    });
  }

  test("P-17: the headers of a trusted hop are believed", async () => {
    const gateway = await startTestGateway({ listener: "trusted_hops: 1" });
    try {
      const lines = ["X-Forwarded-Proto: https", "X-Request-Id: mine"];
      const head = rawHead(`GET ${inspect} HTTP/1.1`, ...lines);
      const { metadata } = inspected(await sendRaw(gateway.port, head));
      assert.equal(metadata["x-forwarded-proto"], "https");
      assert.equal(metadata["x-request-id"], "mine");
    } finally {
      await gateway.stop();
    }
  });

  const own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const others = "00-11111111111111111111111111111111-2222222222222222-01";
  /** Lines that a client sent, and behind them what the nearest proxy made of them. */
  const spoofs: readonly {
    readonly name: string;
    readonly lines: readonly string[];
    readonly header: string;
    readonly want: string;
  }[] = [
    {
      name: "a scheme in a line before",
      lines: ["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"],
      header: "x-forwarded-proto",
      want: "http",
    },
    {
      name: "a scheme in the list before",
      lines: ["X-Forwarded-Proto: http, https"],
      header: "x-forwarded-proto",
      want: "https",
    },
    {
      name: "a list of schemes in a line before",
      lines: ["X-Forwarded-Proto: https,https", "X-Forwarded-Proto: https ,http"],
      header: "x-forwarded-proto",
      want: "http",
    },
    {
      name: "a host in a line before",
      lines: ["X-Forwarded-Host: evil.example", "X-Forwarded-Host: shop.example"],
      header: "x-forwarded-host",
      want: "shop.example",
    },
    {
      name: "a host in the list before",
      lines: ["X-Forwarded-Host: evil.example, shop.example:8443"],
      header: "x-forwarded-host",
      want: "shop.example:8443",
    },
    {
      name: "a host before what is none",
      lines: ["X-Forwarded-Host: evil.example", "X-Forwarded-Host: a b"],
      header: "x-forwarded-host",
      want: "gateway",
    },
    {
      name: "a host before an empty line",
      lines: ["X-Forwarded-Host: evil.example", "X-Forwarded-Host:"],
      header: "x-forwarded-host",
      want: "gateway",
    },
    {
      name: "a host before an empty entry",
      lines: ["X-Forwarded-Host: evil.example,"],
      header: "x-forwarded-host",
      want: "gateway",
    },
    {
      name: "an id in a line before",
      lines: ["X-Request-Id: client", "X-Request-Id: proxy"],
      header: "x-request-id",
      want: "proxy",
    },
    {
      name: "a trace in a line before",
      lines: [`traceparent: ${others}`, `traceparent: ${own}`],
      header: "traceparent",
      want: own,
    },
  ];
  for (const trusted of [1, 2]) {
    suite(`P-17: what a client sent before ${trusted} trusted hops`, () => {
      let gateway: TestGateway;
      before(async () => {
        gateway = await startTestGateway({ listener: `trusted_hops: ${trusted}` });
      });
      after(() => gateway.stop());
      for (const { name, lines, header, want } of spoofs) {
        test(`P-17: ${name} is not believed, of ${trusted} trusted hops`, async () => {
          const head = rawHead(`GET ${inspect} HTTP/1.1`, ...lines);
          const { metadata } = inspected(await sendRaw(gateway.port, head));
          assert.equal(metadata[header], want);
        });
      }
    });
  }

  /** What one or two trusted hops make of `x-forwarded-for`; undefined where the connection's peer is the client. */
  const chains: readonly {
    readonly name: string;
    readonly hops: number;
    readonly sent: string;
    readonly want: string | undefined;
  }[] = [
    { name: "fewer entries than hops", hops: 2, sent: "1.1.1.1", want: undefined },
    { name: "no entry", hops: 1, sent: "", want: undefined },
    { name: "what is no address", hops: 1, sent: "<script>, a b", want: undefined },
    { name: "garbage behind an address", hops: 1, sent: "1.1.1.1, unknown", want: undefined },
    { name: "garbage between", hops: 2, sent: "1.1.1.1, x y, 2.2.2.2", want: undefined },
    { name: "nothing between", hops: 2, sent: "1.1.1.1, , 2.2.2.2", want: undefined },
    { name: "garbage in front", hops: 2, sent: "<x>, 1.1.1.1, 2.2.2.2", want: "1.1.1.1, 2.2.2.2" },
    { name: "an octal address", hops: 1, sent: "0177.0.0.1", want: undefined },
    { name: "half an address", hops: 1, sent: "10.1", want: undefined },
    { name: "an address over 255", hops: 1, sent: "256.1.1.1", want: undefined },
    { name: "a host name", hops: 1, sent: "client.example", want: undefined },
    { name: "a zone", hops: 1, sent: "fe80::1%eth0", want: undefined },
    { name: "an IPv4 address with a port", hops: 1, sent: "1.1.1.1:8080", want: "1.1.1.1" },
    { name: "a port over 65535", hops: 1, sent: "1.1.1.1:65536", want: undefined },
    { name: "a port without digits", hops: 1, sent: "1.1.1.1:", want: undefined },
    { name: "an IPv6 address", hops: 1, sent: "2001:db8::7", want: "2001:db8::7" },
    { name: "an IPv6 address in brackets", hops: 1, sent: "[2001:db8::7]", want: "2001:db8::7" },
    { name: "one with a port", hops: 1, sent: "[2001:db8::7]:80", want: "2001:db8::7" },
    { name: "one bracket", hops: 1, sent: "[2001:db8::7", want: undefined },
    { name: "an IPv4 address in brackets", hops: 1, sent: "[1.1.1.1]", want: undefined },
  ];
  for (const { name, hops: trusted, sent, want } of chains) {
    test(`P-21: ${trusted} trusted hops and ${name}: the client is ${want === undefined ? "the peer" : "in it"}`, async () => {
      const gateway = await startTestGateway({ listener: `trusted_hops: ${trusted}` });
      try {
        const head = rawHead(`GET ${inspect} HTTP/1.1`, `X-Forwarded-For: ${sent}`);
        const { metadata } = inspected(await sendRaw(gateway.port, head));
        const chain = want === undefined ? "127.0.0.1" : `${want}, 127.0.0.1`;
        assert.equal(metadata["x-forwarded-for"], chain);
        assert.equal(gateway.records.at(-1)?.peer, chain.split(", ")[0]);
      } finally {
        await gateway.stop();
      }
    });
  }
});
