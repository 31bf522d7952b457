import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, send, statusBody } from "../support/http-client.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { expectRefusal, rawHead, sendRaw } from "./refusal.ts";

const inspect = "/v1/inspect";
const echo = "/v1/kitchen-sink:echo";
const jsonType = "Content-Type: application/json";

interface Inspected {
  readonly metadata: Readonly<Record<string, string>>;
  readonly timeLeft?: string;
}

function inspected(answer: Answer): Inspected {
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Inspected;
}

suite("faults.md group 3: headers", () => {
  let gateway: TestGateway;
  let dropping: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    dropping = await startTestGateway({ listener: "shadow_headers: drop" });
  });
  after(async () => {
    await gateway.stop();
    await dropping.stop();
  });
  /** Sends a GET with header lines as they are. */
  const getRaw = (target: string, ...headers: readonly string[]) =>
    sendRaw(gateway.port, rawHead(`GET ${target} HTTP/1.1`, ...headers));

  const types = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc+json",
    "application/grpc-web",
    "application/grpc-web-text",
    "application/grpc-web+json",
    "APPLICATION/GRPC; charset=utf-8",
  ];
  for (const type of types) {
    test(`P-10: ${type} on a transcoded URL is 415, whatever the body`, async () => {
      for (const body of ["{}", "\0\0\0\0\0", ""]) {
        const options = { headers: { "content-type": type }, body };
        await expectRefusal(gateway, () => send(gateway.port, "POST", echo, options), {
          status: 415,
          code: 3,
          reason: "UNSUPPORTED_MEDIA_TYPE",
          message: /^content-type: expected/,
        });
      }
    });
  }

  test("P-10: two content types are 400, so that no peer reads the other one", async () => {
    const body = rawHead(
      `POST ${echo} HTTP/1.1`,
      jsonType,
      "Content-Type: application/grpc",
      "Content-Length: 2",
    );
    await expectRefusal(gateway, () => sendRaw(gateway.port, `${body}{}`), {
      status: 400,
      code: 3,
      reason: "MALFORMED_HTTP",
      message: "content-type: given more than once",
    });
  });

  for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
    test(`P-11: ${name} changes no method and does not go up`, async () => {
      const shelf = await getRaw("/v1/shelves/poetry", `${name}: DELETE`);
      assert.equal(shelf.status, 200);
      assert.equal((await getRaw("/v1/shelves/poetry")).status, 200);
      const { metadata } = inspected(await getRaw(inspect, `${name}: DELETE`));
      assert.equal(metadata[name.toLowerCase()], undefined);
    });
  }

  test("P-15: names of Object.prototype are plain data all the way", async () => {
    const upstream = await startScriptedUpstream();
    const own = await startTestGateway({ upstreamPort: upstream.port });
    try {
      upstream.answer = { trailers: { "grpc-status": "0" } };
      const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
      const head = rawHead(`GET ${inspect} HTTP/1.1`, ...names.map((name) => `${name}: x`));
      const answer = await sendRaw(own.port, head);
      assert.equal(answer.status, 200, answer.text);
      const received = upstream.heads.at(-1) ?? {};
      for (const name of names) assert.equal(received[name.toLowerCase()], "x", name);
    } finally {
      await own.stop();
      await upstream.stop();
    }
  });

  for (const value of ["-1S", "1x", "123456789S", "1", "S", "1.5S", "+1S", "0x1S", "NaNS", ""]) {
    test(`P-16: grpc-timeout ${JSON.stringify(value)} is 400`, async () => {
      await expectRefusal(gateway, () => getRaw(inspect, `grpc-timeout: ${value}`), {
        status: 400,
        code: 3,
        reason: "INVALID_TIMEOUT",
        message:
          "grpc-timeout: expected 1 to 8 digits and a unit (H, M, S, m, u or n), such as 500m",
      });
    });
  }

  test("P-16: the longest grpc-timeout is cut to the route's own", async () => {
    const { timeLeft } = inspected(await getRaw(inspect, "grpc-timeout: 99999999H"));
    const seconds = Number(timeLeft?.replace("s", ""));
    assert.ok(seconds > 0 && seconds <= 60, timeLeft);
  });

  test("P-16: of two timeouts the shorter counts, and each is checked", async () => {
    const both = await getRaw(inspect, "grpc-timeout: 30S", "grpc-timeout: 9S");
    const seconds = Number(inspected(both).timeLeft?.replace("s", ""));
    assert.ok(seconds > 0 && seconds <= 9, `${seconds} s`);
    const bad = await getRaw(inspect, "grpc-timeout: 30S", "grpc-timeout: x");
    assert.equal(bad.status, 400);
  });

  test("P-16: a timeout of nothing is 504 at once, without a call", async () => {
    for (const value of ["0S", "0n"]) {
      const count = gateway.backend.requestCount();
      const answer = await getRaw(inspect, `grpc-timeout: ${value}`);
      assert.deepEqual([answer.status, gateway.backend.requestCount()], [504, count], value);
    }
  });

  const untrusted = [
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-client-cert",
    "x-forwarded",
    "x-real-ip",
    "http2-settings",
    "x-envoy-internal",
    "x-envoy-original-path",
    "x-request-id",
    "grpc-status",
    "grpc-message",
    "grpc-encoding",
    "grpc-accept-encoding",
    "grpc-status-details-bin",
    "grpc-tags-bin",
    "grpc-previous-rpc-attempts",
    "accept",
    "content-language",
  ];
  for (const name of untrusted) {
    test(`P-17: ${name} of an untrusted client does not go up`, async () => {
      const { metadata } = inspected(await getRaw(inspect, `${name}: spoofed`));
      assert.doesNotMatch(JSON.stringify(metadata), /spoofed/);
    });
  }

  const underscored = [
    "x_forwarded_port",
    "x_forwarded_client_cert",
    "x-forwarded_port",
    "x_envoy_internal",
    "x_envoy-original-path",
    "x_http_method_override",
    "x_method_override",
    "x_forwarded",
    "grpc_timeout",
    "grpc_status",
    "grpc_tags_bin",
    "proxy_authorization",
    "http2_settings",
    "keep_alive",
    "accept_language",
    "content_language",
    "sec_websocket_key",
  ];
  for (const name of underscored) {
    test(`H1-21: ${name}, whose name with - does not go up, does not either`, async () => {
      const { metadata } = inspected(await getRaw(inspect, `${name}: spoofed`));
      assert.doesNotMatch(JSON.stringify(metadata), /spoofed/);
    });
  }

  test("H1-21: a name with _ of its own goes up", async () => {
    const { metadata } = inspected(await getRaw(inspect, "x_tenant_id: a"));
    assert.equal(metadata["x_tenant_id"], "a");
  });

  const shadows = ["X_Request_Id", "x_forwarded_for", "x_real_ip", "content_type", "x_own"];
  for (const name of shadows) {
    test(`H1-21: ${name} is 400, and goes away with shadow_headers: drop`, async () => {
      const lines = [`${name}: spoofed`, "x-own: mine", "x_kept: kept"];
      const want = {
        status: 400,
        code: 3,
        reason: "MALFORMED_HTTP",
        message: /./,
      };
      await expectRefusal(gateway, () => getRaw(inspect, ...lines), want);
      const answer = await sendRaw(dropping.port, rawHead(`GET ${inspect} HTTP/1.1`, ...lines));
      const { metadata } = inspected(answer);
      assert.doesNotMatch(JSON.stringify(metadata), /spoofed/);
      assert.deepEqual([metadata["x-own"], metadata["x_kept"]], ["mine", "kept"]);
    });
  }

  test("H1-21: names with _ of what metadata.remove and request_prefix name do not go up", async () => {
    const top = "metadata: { remove: [x-denied], request_prefix: app- }";
    const own = await startTestGateway({ top });
    try {
      const names = ["x_denied", "app-x_denied", "app-x_real_ip", "app-grpc_status"];
      const lines = names.map((name) => `${name}: spoofed`);
      const head = rawHead(`GET ${inspect} HTTP/1.1`, ...lines, "app-x_kept: kept");
      const { metadata } = inspected(await sendRaw(own.port, head));
      assert.doesNotMatch(JSON.stringify(metadata), /spoofed/);
      assert.equal(metadata["x_kept"], "kept");
    } finally {
      await own.stop();
    }
  });

  test("P-18: a header whose name is none of metadata does not go up", async () => {
    const upstream = await startScriptedUpstream();
    const own = await startTestGateway({ upstreamPort: upstream.port });
    try {
      upstream.answer = { trailers: { "grpc-status": "0" } };
      const names = ["-bin", ...[..."!#$%&'*+^`|~"].map((mark) => `x${mark}y`)];
      const lines = names.flatMap((name) => [`${name}: YQ==`, `${name}: $$`]);
      const head = rawHead(`GET ${inspect} HTTP/1.1`, ...lines, "x.y: kept");
      const answer = await sendRaw(own.port, head);
      assert.equal(answer.status, 200, answer.text);
      const received = upstream.heads.at(-1) ?? {};
      assert.equal(received["x.y"], "kept");
      assert.deepEqual(
        names.filter((name) => received[name] !== undefined),
        [],
      );
    } finally {
      await own.stop();
      await upstream.stop();
    }
  });

  /** Sends a GET whose header lines are bytes as latin1. */
  const getBytes = (port: number, ...headers: readonly string[]) =>
    sendRaw(port, Buffer.from(rawHead(`GET ${inspect} HTTP/1.1`, ...headers), "latin1"));

  // gRPC over HTTP/2, ASCII-Value: 0x20 to 0x7E.
  const notAscii = [
    { name: "0x80", value: "a\x80b" },
    { name: "0xff at the end", value: "a\xff" },
    { name: "UTF-8", value: "caf\xc3\xa9" },
    { name: "a tab", value: "a\tb" },
  ];
  for (const { name, value } of notAscii) {
    test(`H1-16: ${name} in a header that becomes metadata is 400 and names it`, async () => {
      const ask = () => getBytes(gateway.port, "x-a: fine", `X-Label: ${value}`);
      await expectRefusal(gateway, ask, {
        status: 400,
        code: 3,
        reason: "INVALID_METADATA",
        message:
          "header x-label: expected printable ASCII, without tabs; only -bin headers hold other bytes, as base64",
      });
    });

    test(`H1-16: ${name} in headers that never become metadata is not judged`, async () => {
      const own = await startTestGateway({ top: "metadata: { remove: [x-label] }" });
      try {
        const names = ["X-Label", "Accept-Language", "X-Forwarded-By", "Grpc-Note", "x!y"];
        const lines = names.map((header) => `${header}: ${value}`);
        const { metadata } = inspected(await getBytes(own.port, ...lines, "x-kept: ~ kept ~"));
        assert.equal(metadata["x-kept"], "~ kept ~");
        for (const header of names) assert.equal(metadata[header.toLowerCase()], undefined);
      } finally {
        await own.stop();
      }
    });
  }

  test("H1-16: with request_prefix the message names the header as it was sent", async () => {
    const own = await startTestGateway({ top: "metadata: { request_prefix: app- }" });
    try {
      const answers = [
        await getBytes(own.port, "app-label: \xe9"),
        await getBytes(own.port, "app-data-bin: \xe9"),
      ];
      assert.deepEqual(
        answers.map((answer) => [answer.status, statusBody(answer).message.slice(0, 22)]),
        [
          [400, "header app-label: expe"],
          [400, "header app-data-bin: e"],
        ],
      );
    } finally {
      await own.stop();
    }
  });

  for (const value of ["$$", "a", "YQ=b", "YQ==,$$", "YQ==,", ",", "Y Q=="]) {
    test(`P-18: -bin metadata ${JSON.stringify(value)} is 400`, async () => {
      await expectRefusal(gateway, () => getRaw(inspect, `x-data-bin: ${value}`), {
        status: 400,
        code: 3,
        reason: "INVALID_METADATA",
        message: "header x-data-bin: expected base64",
      });
    });
  }

  test("P-18: -bin metadata in either alphabet, padded or not, is taken", async () => {
    for (const value of ["+/8=", "-_8=", "+/8", "-_8"]) {
      const { metadata } = inspected(await getRaw(inspect, `x-data-bin: ${value}`));
      assert.equal(metadata["x-data-bin"], "+/8=", value);
    }
  });

  test("P-20: each value of a repeated header is checked by itself", async () => {
    await expectRefusal(gateway, () => getRaw(inspect, "x-data-bin: YQ==", "x-data-bin: $$"), {
      status: 400,
      code: 3,
      reason: "INVALID_METADATA",
      message: "header x-data-bin: expected base64",
    });
  });

  test("P-20: a header that is removed is removed each time, however it is written", async () => {
    const own = await startTestGateway({ top: "metadata: { remove: [x-denied] }" });
    try {
      const lines = ["X-Denied: a", "x-a: 1", "x-denied: b", "X-A: 2", "X-DENIED: c"];
      const answer = await sendRaw(own.port, rawHead(`GET ${inspect} HTTP/1.1`, ...lines));
      const { metadata } = inspected(answer);
      assert.deepEqual([metadata["x-denied"], metadata["x-a"]], [undefined, "1, 2"]);
    } finally {
      await own.stop();
    }
  });
});
