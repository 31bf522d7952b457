import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { after, suite, test } from "node:test";
import tls, { type TLSSocket, type TlsOptions } from "node:tls";
import * as grpc from "@grpc/grpc-js";
import { systemClock } from "../../src/base/index.ts";
import {
  type Address,
  type CertificateFiles,
  type Cluster,
  Credentials,
  createCluster,
  type UpstreamTls,
} from "../../src/upstream/index.ts";
import { type CertificateName, certificate, certificatePaths } from "../support/certificates.ts";
import { closedPort, startGrpc, startRaw } from "./servers.ts";
import {
  createLatch,
  gatewayFailureOf,
  silentObserver,
  type TestOptions,
  testCall,
  testOptions,
  textOf,
} from "./setup.ts";

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

const trusted: CertificateFiles = { ca: certificatePaths("ca").cert, own: undefined };
const mutual: CertificateFiles = { ...trusted, own: certificatePaths("client") };

function secured(files: CertificateFiles, more: Partial<UpstreamTls> = {}): UpstreamTls {
  const credentials = new Credentials({
    files,
    readText: (path) => readFile(path, "latin1"),
    clock: systemClock,
    events: { renewed: () => undefined, refused: () => undefined },
  });
  return { credentials, serverName: undefined, sans: [], ...more };
}

interface Attempted {
  readonly cluster: Cluster;
  /** What attempts to connect said. */
  readonly refusals: string[];
}

function clusterAt(address: Address, security: UpstreamTls, more: TestOptions = {}): Attempted {
  const refusals: string[] = [];
  const observer = {
    ...silentObserver,
    refused: (_endpoint: string, error: string) => refusals.push(error),
  };
  const cluster = createCluster(
    testOptions({ endpoints: [address], tls: security, observer, ...more }),
  );
  closers.push(() => cluster.destroy());
  return { cluster, refusals };
}

/** A server of node:http2 over TLS that answers with its own idea of the request. */
async function startSecure(name: CertificateName, options: http2.SecureServerOptions = {}) {
  const streams: http2.IncomingHttpHeaders[] = [];
  const sockets: TLSSocket[] = [];
  const server = http2.createSecureServer({ ...certificate(name), ...options });
  server.on("secureConnection", (socket: TLSSocket) => {
    sockets.push(socket);
  });
  server.on("sessionError", () => undefined);
  server.on("tlsClientError", () => undefined);
  server.on("stream", (stream, headers) => {
    streams.push(headers);
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 111, 107]));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const address: Address = { kind: "tcp", host: "127.0.0.1", port };
  return { server, address, port, streams, sockets };
}

/** A server over TLS that says nothing; `closed` gives the bytes that its first connection was sent. */
async function startPlainTls(
  name: CertificateName,
  options: TlsOptions = {},
  onSocket: (socket: TLSSocket) => void = () => undefined,
) {
  const ended = createLatch<number>();
  const server = tls.createServer({ ...certificate(name), ...options }, (socket) => {
    let received = 0;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.on("close", () => ended.resolve(received));
    onSocket(socket);
  });
  server.on("tlsClientError", () => ended.resolve(0));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const address: Address = { kind: "tcp", host: "127.0.0.1", port };
  return { address, closed: ended.promise };
}

suite("TLS to upstreams", () => {
  test("a server whose certificate is for the endpoint is called, with :scheme https", async () => {
    const { address, streams, sockets } = await startSecure("server");
    const { cluster } = clusterAt(address, secured(trusted));
    assert.equal(textOf(await cluster.call(testCall())), "ok");
    assert.equal(streams[0]?.[":scheme"], "https");
    assert.deepEqual(
      sockets.map(({ alpnProtocol, servername }) => [alpnProtocol, servername]),
      [["h2", false]],
      "an address is no server name",
    );
  });

  test("the name that an address was found by is asked for and expected", async () => {
    const { port, sockets, streams } = await startSecure("server");
    const address: Address = { kind: "tcp", host: "127.0.0.1", port, name: "library.internal" };
    const { cluster } = clusterAt(address, secured(trusted));
    assert.equal(textOf(await cluster.call(testCall())), "ok");
    assert.equal(sockets[0]?.servername, "library.internal");
    assert.equal(streams[0]?.[":authority"], `library.internal:${port}`);
  });

  test("server_name stands in the place of the endpoint's name, and leaves :authority", async () => {
    const { address, port, sockets, streams } = await startSecure("elsewhere");
    const { cluster } = clusterAt(address, secured(trusted, { serverName: "elsewhere.internal" }));
    assert.equal(textOf(await cluster.call(testCall())), "ok");
    assert.equal(sockets[0]?.servername, "elsewhere.internal");
    assert.equal(streams[0]?.[":authority"], `127.0.0.1:${port}`);
  });

  test("a pinned name is enough, beside the verification", async () => {
    const { address } = await startSecure("server");
    const sans = ["spiffe://tests/other", "spiffe://tests/library"];
    const { cluster } = clusterAt(address, secured(trusted, { sans }));
    assert.equal(textOf(await cluster.call(testCall())), "ok");
  });

  test("a new connection never takes up an old session", async () => {
    const { address, sockets } = await startSecure("server");
    const security = secured(trusted);
    for (let i = 0; i < 2; i++) {
      const { cluster } = clusterAt(address, security);
      assert.equal(textOf(await cluster.call(testCall())), "ok");
    }
    assert.deepEqual(
      sockets.map((socket) => socket.isSessionReused()),
      [false, false],
    );
  });

  const refused: readonly {
    readonly name: string;
    readonly server: CertificateName;
    readonly files?: CertificateFiles;
    readonly more?: Partial<UpstreamTls>;
    readonly options?: http2.SecureServerOptions;
    readonly want: RegExp;
  }[] = [
    {
      name: "of another name",
      server: "elsewhere",
      want: /IP: 127.0.0.1 is not in the cert's list/,
    },
    {
      name: "that server_name does not name",
      server: "server",
      more: { serverName: "elsewhere.internal" },
      want: /elsewhere\.internal\. is not in the cert's altnames/,
    },
    { name: "that is self-signed", server: "self-signed", want: /self-signed certificate/ },
    { name: "that has expired", server: "expired", want: /certificate has expired/ },
    {
      name: "of another authority",
      server: "server",
      files: { ca: certificatePaths("other-ca").cert, own: undefined },
      want: /unable to (?:get local issuer|verify the first) certificate/,
    },
    {
      name: "of an authority that only these tests know",
      server: "server",
      files: { ca: undefined, own: undefined },
      want: /unable to (?:get local issuer|verify the first) certificate/,
    },
    {
      name: "without a pinned name",
      server: "server",
      more: { sans: ["spiffe://tests/other"] },
      want: /none of the pinned names spiffe:\/\/tests\/other/,
    },
    {
      name: "over TLS 1.1",
      server: "server",
      options: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
      want: /protocol version|unsupported protocol|handshake failure/,
    },
    {
      name: "that wants one of ours, and there is none",
      server: "server",
      options: { requestCert: true, rejectUnauthorized: true, ca: certificate("ca").cert },
      want: /certificate required|closed|ECONNRESET|EPIPE/,
    },
  ];
  for (const { name, server, files = trusted, more, options, want } of refused) {
    test(`T-09: a server with a certificate ${name} is 503, and sees no stream`, async () => {
      const { address, streams } = await startSecure(server, options);
      const { cluster, refusals } = clusterAt(address, secured(files, more));
      const failure = gatewayFailureOf(await cluster.call(testCall()));
      assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
      assert.match(refusals[0] ?? "", want);
      assert.deepEqual(streams, []);
    });
  }

  const unspoken: readonly {
    readonly name: string;
    readonly server?: CertificateName;
    readonly options?: TlsOptions;
    readonly want: RegExp;
  }[] = [
    { name: "chooses no protocol", want: /^TLS: the upstream did not choose h2 \(ALPN\)$/ },
    {
      name: "speaks http/1.1 only",
      options: { ALPNProtocols: ["http/1.1"] },
      want: /no application protocol/,
    },
    { name: "has another name", server: "elsewhere", want: /not in the cert's list/ },
    {
      name: "has another name, over TLS 1.2",
      server: "elsewhere",
      options: { maxVersion: "TLSv1.2" },
      want: /not in the cert's list/,
    },
    { name: "is self-signed", server: "self-signed", want: /self-signed certificate/ },
  ];
  for (const { name, server, options, want } of unspoken) {
    test(`T-09: a server that ${name} is 503, and is sent nothing but the handshake`, async () => {
      const { address, closed } = await startPlainTls(server ?? "server", options);
      const { cluster, refusals } = clusterAt(address, secured(trusted));
      const failure = gatewayFailureOf(await cluster.call(testCall()));
      assert.equal(failure.reason, "UPSTREAM_UNAVAILABLE");
      assert.match(refusals[0] ?? "", want);
      assert.equal(await closed, 0, "bytes that the server received");
    });
  }

  test("RFC 9113 §9.2.1: a server that renegotiates is refused", async () => {
    const told = createLatch<Error | null>();
    const options: TlsOptions = { maxVersion: "TLSv1.2", ALPNProtocols: ["h2"] };
    const { address } = await startPlainTls("server", options, (socket) => {
      socket.on("error", told.resolve);
      socket.renegotiate({ rejectUnauthorized: false }, told.resolve);
    });
    const { cluster } = clusterAt(address, secured(trusted));
    gatewayFailureOf(await cluster.call(testCall()));
    assert.match((await told.promise)?.message ?? "", /no renegotiation/);
  });

  test("T-02: a server that answers no handshake is given up in time, and sent a hello only", async () => {
    const received: Buffer[] = [];
    const server = await startRaw((socket) => {
      socket.on("data", (chunk) => received.push(chunk));
    });
    closers.push(() => server.close());
    const { cluster, refusals } = clusterAt(server.address, secured(trusted), {
      connectTimeoutMs: 200,
    });
    gatewayFailureOf(await cluster.call(testCall()));
    assert.deepEqual(refusals, ["not ready within 200 ms"]);
    const all = Buffer.concat(received);
    assert.equal(all[0], 22, "a handshake record");
    assert.ok(!all.includes("PRI * HTTP/2.0"));
  });

  test("a server that does not speak TLS is 503, and is sent nothing of HTTP/2", async () => {
    const received: Buffer[] = [];
    const server = await startRaw((socket) => {
      socket.on("data", (chunk) => received.push(chunk));
      socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    closers.push(() => server.close());
    const { cluster, refusals } = clusterAt(server.address, secured(trusted));
    gatewayFailureOf(await cluster.call(testCall()));
    assert.match(refusals[0] ?? "", /wrong version number|packet length/);
    assert.ok(!Buffer.concat(received).includes("PRI * HTTP/2.0"));
  });

  test("a closed port is refused as without TLS", async () => {
    const { cluster, refusals } = clusterAt(await closedPort(), secured(trusted));
    gatewayFailureOf(await cluster.call(testCall()));
    assert.match(refusals[0] ?? "", /ECONNREFUSED/);
  });

  test("files that cannot be read are why calls fail", async () => {
    const { address, streams } = await startSecure("server");
    const { cluster, refusals } = clusterAt(
      address,
      secured({ ca: "/nowhere/ca.pem", own: undefined }),
    );
    gatewayFailureOf(await cluster.call(testCall()));
    assert.match(refusals[0] ?? "", /ENOENT.*\/nowhere\/ca\.pem/);
    assert.deepEqual(streams, []);
  });
});

suite("TLS against @grpc/grpc-js", () => {
  const echo: grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) =>
    callback(null, call.request);

  async function startGrpcWith(wantsOurs: boolean) {
    const { cert, key } = certificate("server");
    const server = await startGrpc(
      { unary: echo },
      {},
      undefined,
      grpc.ServerCredentials.createSsl(
        certificate("ca").cert,
        [{ cert_chain: cert, private_key: key }],
        wantsOurs,
      ),
    );
    closers.push(() => server.close());
    return server;
  }

  test("a call goes there and back", async () => {
    const server = await startGrpcWith(false);
    const { cluster } = clusterAt(server.address, secured(trusted));
    assert.equal(textOf(await cluster.call(testCall())), "request");
  });

  test("mTLS: our certificate is shown, and without it there is no call", async () => {
    const server = await startGrpcWith(true);
    const { cluster } = clusterAt(server.address, secured(mutual));
    assert.equal(textOf(await cluster.call(testCall())), "request");
    const without = clusterAt(server.address, secured(trusted));
    assert.equal(
      gatewayFailureOf(await without.cluster.call(testCall())).reason,
      "UPSTREAM_UNAVAILABLE",
    );
  });

  test("many calls at once go over one connection", async () => {
    const server = await startGrpcWith(true);
    const { cluster } = clusterAt(server.address, secured(mutual));
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => cluster.call(testCall())));
    assert.deepEqual([...new Set(outcomes.map(textOf))], ["request"]);
    assert.equal(cluster.status().endpoints[0]?.connections, 1);
    await cluster.stop(1000);
  });
});
