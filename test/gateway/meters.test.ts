import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { suite, test } from "node:test";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

/** Values of a family, by their labels in the order of the family. */
function read({ gateway }: TestGateway, family: string): Record<string, number> {
  const samples = gateway.meters.families.find(({ name }) => name === family)?.samples() ?? [];
  return Object.fromEntries(
    samples.map(({ suffix, labels, part, value }) => [
      [...Object.values({ ...labels, ...part }), suffix].filter(Boolean).join(" "),
      value,
    ]),
  );
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

suite("meters of a gateway", () => {
  test("a request counts for its route and code, and in its latency", async () => {
    const gateway = await startTestGateway();
    try {
      await send(gateway.port, "GET", "/v1/shelves");
      await send(gateway.port, "GET", "/v1/shelves/none-such");
      await send(gateway.port, "POST", "/v1/kitchen-sink:echo", { json: { fInt32: 7 } });
      const transcoded = read(gateway, "diglot_transcoding_samples_total");
      for (const name of [
        "public /v1/shelves library.v1.LibraryService/ListShelves",
        "public /v1/kitchen-sink:echo library.v1.KitchenSinkService/Echo",
      ]) {
        assert.deepEqual(
          [transcoded[`${name} request`], transcoded[`${name} reply`]],
          [1, 1],
          name,
        );
      }
      const requests = read(gateway, "diglot_requests_total");
      assert.equal(requests["public /v1/shelves library.v1.LibraryService/ListShelves OK"], 1);
      assert.equal(
        requests["public /v1/{name=shelves/*} library.v1.LibraryService/GetShelf NOT_FOUND"],
        1,
      );
      const latencies = read(gateway, "diglot_request_duration_seconds");
      assert.equal(latencies["public /v1/shelves library.v1.LibraryService/ListShelves _count"], 1);
    } finally {
      await gateway.stop();
    }
  });

  test("O-09: random paths and methods make no series of their own", async () => {
    const gateway = await startTestGateway();
    try {
      const seriesOf = () =>
        gateway.gateway.meters.families.reduce((sum, { samples }) => sum + samples().length, 0);
      await send(gateway.port, "GET", "/none");
      await send(gateway.port, "PURGE", "/v1/shelves");
      const before = seriesOf();
      for (let i = 0; i < 200; i++) await send(gateway.port, "GET", `/x${i}/%7b${i}`);
      for (const method of ["PURGE", "REPORT", "MKCOL", "LOCK", "SEARCH"]) {
        await send(gateway.port, method, `/v1/shelves?${method}`);
      }
      assert.equal(seriesOf(), before);
      assert.equal(read(gateway, "diglot_requests_total")["public none none NOT_FOUND"], 201);
      const failures = read(gateway, "diglot_request_failures_total");
      assert.deepEqual(failures, { "public NO_ROUTE": 201, "public METHOD_NOT_ALLOWED": 6 });
    } finally {
      await gateway.stop();
    }
  });

  test("a client that goes away is CANCELLED, whatever the call came to", async () => {
    const gateway = await startTestGateway();
    try {
      const controller = new AbortController();
      const asked = fetch(`${gateway.url}/v1/sleep/5s`, { signal: controller.signal });
      await until(() => gateway.backend.requestCount() > 0);
      controller.abort();
      await assert.rejects(asked);
      await until(() => gateway.records.length > 0);
      const counted = Object.entries(read(gateway, "diglot_requests_total"));
      assert.equal(
        counted.filter(([key, value]) => /CANCELLED$/.test(key) && value === 1).length,
        1,
      );
    } finally {
      await gateway.stop();
    }
  });

  test("a stream is open until it ends, and in no latency", async () => {
    const gateway = await startTestGateway();
    try {
      const answer = await send(gateway.port, "GET", "/v1/shelves/novels/books:export");
      assert.equal(answer.status, 200, answer.text);
      await until(() => gateway.records.length > 0);
      const name =
        "public /v1/{parent=shelves/*}/books:export library.v1.LibraryService/ExportBooks";
      assert.deepEqual(read(gateway, "diglot_streams_total"), { [name]: 1 });
      assert.deepEqual(read(gateway, "diglot_streams_open"), { [name]: 0 });
      assert.equal(read(gateway, "diglot_requests_total")[`${name} OK`], 1);
      assert.deepEqual(read(gateway, "diglot_request_duration_seconds"), {});
    } finally {
      await gateway.stop();
    }
  });

  test("connections are open while they are, of clients and to endpoints", async () => {
    const gateway = await startTestGateway();
    try {
      const client: Socket = connect(gateway.port, "127.0.0.1");
      await until(() => read(gateway, "diglot_connections_open")["public"] === 1);
      client.destroy();
      await until(() => read(gateway, "diglot_connections_open")["public"] === 0);
      assert.deepEqual(read(gateway, "diglot_connections_total"), { public: 1 });
      await send(gateway.port, "GET", "/v1/shelves");
      const endpoint = `library 127.0.0.1:${gateway.backend.port}`;
      assert.deepEqual(read(gateway, "diglot_endpoint_connections"), { [endpoint]: 1 });
      assert.deepEqual(read(gateway, "diglot_endpoint_connects_total"), { [endpoint]: 1 });
      assert.deepEqual(read(gateway, "diglot_endpoint_ready"), { [endpoint]: 1 });
    } finally {
      await gateway.stop();
    }
  });

  test("an endpoint that refuses is counted by each attempt", async () => {
    const gateway = await startTestGateway({ upstreamPort: 1 });
    try {
      assert.equal((await send(gateway.port, "GET", "/v1/shelves")).status, 503);
      assert.equal(
        read(gateway, "diglot_endpoint_connect_failures_total")["library 127.0.0.1:1"],
        1,
      );
      assert.equal(read(gateway, "diglot_endpoint_ready")["library 127.0.0.1:1"], 0);
    } finally {
      await gateway.stop();
    }
  });
});
