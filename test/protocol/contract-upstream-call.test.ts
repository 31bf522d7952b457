import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http2";
import { after, before, suite, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { startTestGateway } from "../support/gateway.ts";
import { type Answer, reasonOf, send } from "../support/http-client.ts";
import {
  type ContractGateway,
  expectAsk,
  startContract,
  withContract,
} from "./contract-gateway.ts";
import { collect, withStreamGateway } from "./rest-streams-gateway.ts";

const rules = ['get: "/a/{id}"', 'post: "/b" body: "*"', ""];

type Headers = Record<string, string | string[]>;

/** Sends a request and gives the head that the upstream saw. */
async function headOf(
  gateway: ContractGateway,
  headers: Headers = {},
): Promise<IncomingHttpHeaders> {
  const before_ = gateway.upstream.calls.length;
  const answer = await gateway.ask("GET", "/a/1", { headers });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(gateway.upstream.calls.length, before_ + 1);
  return gateway.upstream.calls.at(-1)?.head ?? {};
}

/** A `grpc-timeout` that this gateway sends, in ms. */
function milliseconds(head: IncomingHttpHeaders): number {
  const text = String(head["grpc-timeout"]);
  assert.match(text, /^[0-9]{1,8}[mS]$/);
  return Number(text.slice(0, -1)) * (text.endsWith("S") ? 1000 : 1);
}

suite("transcoding.md §3: the head of a call", () => {
  let gateway: ContractGateway;
  before(async () => {
    gateway = await startContract({
      rules,
      routes: [
        "- service: t.S",
        "  cluster: library",
        "  deadline: 20s",
        "  metadata: { remove: [cookie, x-secret] }",
      ].join("\n"),
    });
  });
  after(() => gateway.stop());

  test("§3 call-path: the call is POST /package.Service/Method, whatever the request's own method", async () => {
    const head = await headOf(gateway);
    assert.deepEqual([head[":method"], head[":path"]], ["POST", "/t.S/M0"]);
    await gateway.ask("POST", "/b", { json: {} });
    assert.equal(gateway.upstream.calls.at(-1)?.head[":path"], "/t.S/M1");
  });

  test("§3 te: te is trailers, whatever the client's", async () => {
    assert.equal((await headOf(gateway, { te: "gzip" }))["te"], "trailers");
  });

  test("§3 content-type: content-type is application/grpc, whatever the client's", async () => {
    const head = await headOf(gateway, { "content-type": "application/json" });
    assert.equal(head["content-type"], "application/grpc");
  });

  const timeouts = [
    { name: "the route's, where the client has none", sent: undefined, atMost: 20_000 },
    { name: "the client's, where it is smaller", sent: "5S", atMost: 5000 },
    { name: "the client's in milliseconds", sent: "7000m", atMost: 7000 },
    { name: "the client's in microseconds", sent: "9000000u", atMost: 9000 },
    { name: "the route's, where the client's is larger", sent: "1H", atMost: 20_000 },
    {
      name: "the route's, where the client's is the longest there is",
      sent: "99999999H",
      atMost: 20_000,
    },
  ];
  for (const { name, sent, atMost } of timeouts) {
    test(`§3 timeout-smaller: grpc-timeout is the smaller of the client's and the route's: ${name}`, async () => {
      const left = milliseconds(
        await headOf(gateway, sent === undefined ? {} : { "grpc-timeout": sent }),
      );
      assert.ok(left <= atMost && left > atMost - 4000, `${left} ms`);
    });
  }

  const limited = [
    { name: "15 s, where nothing says another", options: {}, atMost: 15_000 },
    {
      name: "the cluster's, where the route has none",
      options: { cluster: "deadline: 8s" },
      atMost: 8000,
    },
    {
      name: "the listener's for a request, where that is smaller",
      options: { listener: "limits: { request: 11s }" },
      atMost: 11_000,
    },
  ];
  for (const { name, options, atMost } of limited) {
    test(`§3 timeout-smaller: grpc-timeout is ${name}`, () =>
      withContract({ rules, ...options }, async (own) => {
        const left = milliseconds(await headOf(own));
        assert.ok(left <= atMost && left > atMost - 4000, `${left} ms`);
      }));
  }

  for (const value of ["", "1", "S", "-1S", "+1S", "1.5S", "1s", "1 S", "123456789S", "0x1S"]) {
    test(`§3 timeout-malformed: a malformed grpc-timeout is 400: ${JSON.stringify(value)}`, async () => {
      const before_ = gateway.upstream.calls.length;
      const answer = await gateway.ask("GET", "/a/1", { headers: { "grpc-timeout": value } });
      assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_TIMEOUT"]);
      assert.equal(gateway.upstream.calls.length, before_);
    });
  }

  test("§3 headers-up: client headers become metadata, repeated ones and any name", async () => {
    const sent = { authorization: "Bearer x", "x-a": ["1", "2"], "x-b": "", constructor: "c" };
    const head = await headOf(gateway, sent);
    assert.deepEqual(
      [head["authorization"], head["x-a"], head["x-b"], head["constructor"]],
      ["Bearer x", "1, 2", "", "c"],
    );
  });

  const neverUp = [
    {
      name: "§3 no-hop-by-hop: hop-by-hop headers never go up",
      headers: {
        connection: "keep-alive, te",
        "keep-alive": "timeout=5",
        "proxy-connection": "keep-alive",
        "proxy-authorization": "Basic x",
        "proxy-authenticate": "Basic",
      },
    },
    {
      name: "§3 no-content: content-* never goes up",
      headers: {
        "content-language": "de",
        "content-md5": "x",
        "content-x": "y",
        "content-disposition": "inline",
      },
    },
    {
      name: "§3 no-accept: accept* never goes up",
      headers: {
        accept: "application/json",
        "accept-encoding": "gzip",
        "accept-language": "de",
        "accept-x": "1",
      },
    },
    {
      name: "§3 no-trailer: trailer never goes up",
      headers: { trailer: "x-a", "transfer-encoding": "chunked" },
    },
    {
      name: "§3 no-grpc: grpc-* never goes up",
      headers: {
        "grpc-encoding": "gzip",
        "grpc-status": "0",
        "grpc-message": "x",
        "grpc-status-details-bin": "AA==",
        "grpc-previous-rpc-attempts": "3",
        "grpc-x": "1",
      },
    },
    {
      name: "§3 no-removed: names that the configuration removes never go up",
      headers: { cookie: "a=b", "X-Secret": ["1", "2"] },
    },
  ];
  for (const { name, headers } of neverUp) {
    test(name, async () => {
      const head = await headOf(gateway, { ...headers, "x-kept": "1" });
      assert.equal(head["x-kept"], "1");
      for (const key of Object.keys(headers)) {
        const lower = key.toLowerCase();
        assert.equal(head[lower], undefined, lower);
      }
    });
  }

  test("§3 no-pseudo: no :pseudo header is the client's, and host never goes up", async () => {
    const head = await headOf(gateway, { host: "evil.example" });
    assert.equal(head["host"], undefined);
    assert.equal(head[":authority"], `127.0.0.1:${gateway.upstream.port}`);
    const names = Object.keys(head).filter((name) => name.startsWith(":"));
    assert.deepEqual(names.toSorted(), [":authority", ":method", ":path", ":scheme"]);
  });

  const binary = [
    { name: "padded", sent: "+/8=", want: "+/8=" },
    { name: "unpadded", sent: "+/8", want: "+/8" },
    { name: "of two values", sent: "+/8=, AAE", want: "+/8=, AAE" },
    {
      name: "in the URL-safe alphabet, which gRPC does not read",
      sent: "-_8=,-_8",
      want: "+/8=, +/8",
    },
    { name: "empty", sent: "", want: "" },
  ];
  for (const { name, sent, want } of binary) {
    test(`§3 bin: -bin metadata is base64 in HTTP and the same bytes in gRPC, ${name}`, async () => {
      assert.equal((await headOf(gateway, { "x-data-bin": sent }))["x-data-bin"], want);
    });
  }

  test("§3 bin: -bin metadata that is no base64 is 400", async () => {
    const answer = await gateway.ask("GET", "/a/1", { headers: { "x-data-bin": "a b" } });
    assert.deepEqual([answer.status, reasonOf(answer)], [400, "INVALID_METADATA"]);
  });

  test("§3 forwarded-added: x-forwarded-for/proto/host, x-request-id and traceparent are added", async () => {
    const head = await headOf(gateway);
    assert.equal(head["x-forwarded-for"], "127.0.0.1");
    assert.equal(head["x-forwarded-proto"], "http");
    assert.equal(head["x-forwarded-host"], `127.0.0.1:${gateway.port}`);
    assert.match(String(head["x-request-id"]), /^[0-9a-f]{32}$/);
    assert.match(String(head["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });
});

const claimed = {
  "x-forwarded-for": "9.9.9.9",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "shop.example",
  "x-request-id": "mine",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

suite("transcoding.md §3: trust", () => {
  test("§3 untrusted: without a trusted hop none of the client's forwarding headers is carried on", () =>
    withContract({ rules }, async (gateway) => {
      const head = await headOf(gateway, claimed);
      for (const [name, value] of Object.entries(claimed)) {
        assert.ok(head[name] !== undefined && !String(head[name]).includes(value), name);
      }
    }));

  test("§3 trusted: with trusted_hops x-forwarded-for/proto/host, x-request-id and traceparent are carried on", () =>
    withContract({ rules, listener: "trusted_hops: 1" }, async (gateway) => {
      const head = await headOf(gateway, claimed);
      assert.equal(head["x-forwarded-for"], "9.9.9.9, 127.0.0.1");
      assert.equal(head["x-forwarded-proto"], "https");
      assert.equal(head["x-forwarded-host"], "shop.example");
      assert.equal(head["x-request-id"], "mine");
      assert.equal(head["traceparent"], claimed.traceparent);
    }));

  test("§3 trusted: an x-forwarded-host that is no host is not carried on, whoever sends it", () =>
    withContract({ rules, listener: "trusted_hops: 1" }, async (gateway) => {
      const head = await headOf(gateway, { "x-forwarded-host": "shop.example/@evil" });
      assert.equal(head["x-forwarded-host"], `127.0.0.1:${gateway.port}`);
    }));
});

suite("transcoding.md §3: switches of metadata", () => {
  test("§3 headers-up: without metadata.remove a cookie goes up like other headers", () =>
    withContract({ rules }, async (gateway) => {
      assert.equal((await headOf(gateway, { cookie: "a=b" }))["cookie"], "a=b");
    }));

  test("§3 request-prefix: request_prefix makes metadata of the headers behind it, and never one that is not the client's to set", () =>
    withContract(
      { rules, top: "metadata: { request_prefix: grpc-metadata- }" },
      async (gateway) => {
        const head = await headOf(gateway, {
          "grpc-metadata-tenant": "a",
          "grpc-metadata-te": "x",
          "grpc-metadata-grpc-timeout": "1n",
          "grpc-metadata-x-request-id": "mine",
        });
        assert.deepEqual([head["tenant"], head["te"]], ["a", "trailers"]);
        assert.ok(milliseconds(head) > 1000);
        assert.notEqual(head["x-request-id"], "mine");
      },
    ));

  test("§3 no-grpc: without request_prefix such headers are grpc-* and never go up", () =>
    withContract({ rules }, async (gateway) => {
      const head = await headOf(gateway, { "grpc-metadata-tenant": "a" });
      assert.deepEqual([head["tenant"], head["grpc-metadata-tenant"]], [undefined, undefined]);
    }));
});

suite("transcoding.md §3: requests that are compressed", () => {
  const noise = randomBytes(3000).toString("base64url");
  const rows = [
    {
      clause: "§3 request-compression",
      name: "is compressed",
      cluster: "compression: gzip",
      id: "a".repeat(5000),
      is: true,
    },
    {
      clause: "§3 request-compression",
      name: "that is small goes as it is",
      cluster: "compression: gzip",
      id: "a",
      is: false,
    },
    {
      clause: "§3 request-plain",
      name: "goes as it is by default",
      cluster: "balance: round_robin",
      id: noise,
      is: false,
    },
  ];
  for (const { clause, name, cluster, id, is } of rows) {
    test(`${clause}: a request ${name}, with ${cluster}`, () =>
      withContract({ rules: ['post: "/b" body: "*"'], cluster }, async (gateway) => {
        gateway.upstream.reply = { data: Buffer.alloc(5) };
        await expectAsk(gateway, { method: "POST", target: "/b", request: { json: { id } } });
        const call = gateway.upstream.calls[0];
        assert.ok(call);
        assert.equal(call.head["grpc-encoding"], is ? "gzip" : undefined);
        assert.equal(call.envelope[0], is ? 1 : 0);
        assert.equal(call.envelope.readUInt32BE(1), call.envelope.length - 5);
        const sent = call.envelope.subarray(5);
        const message = is ? gunzipSync(sent) : sent;
        assert.ok(message.includes(id));
        if (is) assert.ok(sent.length < 200);
      }));
  }

  test("§3 request-compression: the messages of a stream are compressed one by one, from 1 KiB on", () =>
    withStreamGateway({ cluster: "compression: gzip" }, async (gateway) => {
      const long = "b".repeat(2000);
      const { client, call } = await collect(gateway, "application/x-ndjson");
      client.chunk(`{"text":"a"}\n{"text":"${long}"}\n`);
      assert.equal(call.head["grpc-encoding"], "gzip");
      assert.equal((await call.next())?.toString("latin1"), "\x12\x01a");
      const second = await call.next();
      assert.ok(second !== undefined && second.length < 200);
      assert.ok(gunzipSync(second).includes(long));
      client.destroy();
    }));
});

suite("transcoding.md §3: a client that goes away", { timeout: 10_000 }, () => {
  test("§3 client-gone: when the client goes away the upstream stream is reset at once with CANCEL", () =>
    withContract({ rules }, async (gateway) => {
      gateway.upstream.isSilent = true;
      const arrived = gateway.upstream.nextHead();
      const reset = gateway.upstream.nextReset();
      const controller = new AbortController();
      const asked = fetch(`${gateway.url}/a/1`, { signal: controller.signal });
      await arrived;
      controller.abort();
      await assert.rejects(asked);
      assert.equal(await reset, 8);
    }));

  test("§3 timeout-passes: a deadline that passes is 504, and the upstream stream is reset with CANCEL", async () => {
    await withContract({ rules }, async (gateway) => {
      gateway.upstream.isSilent = true;
      const reset = gateway.upstream.nextReset();
      const answer: Answer = await gateway.ask("GET", "/a/1", {
        headers: { "grpc-timeout": "30m" },
      });
      assert.deepEqual([answer.status, reasonOf(answer)], [504, "DEADLINE_EXCEEDED"]);
      assert.equal(await reset, 8);
    });
  });

  test("§3 bin: -bin metadata reaches a gRPC server as bytes", async () => {
    const gateway = await startTestGateway();
    try {
      const headers = { "x-data-bin": "+/8=" };
      const answer = await send(gateway.port, "GET", "/v1/inspect", { headers });
      const { metadata } = answer.json as { metadata: Record<string, string> };
      assert.equal(metadata["x-data-bin"], "+/8=");
    } finally {
      await gateway.stop();
    }
  });
});
