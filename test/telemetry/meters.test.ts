import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createMeters, loadExposition, type Meters } from "../../src/telemetry/index.ts";
import { measureEventLoop } from "../../src/telemetry/meters/event-loop.ts";

import { FakeClock } from "../support/fake-clock.ts";

const codes = ["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT"];

function started(): Meters {
  return createMeters((code) => codes[code] ?? String(code));
}

/** The sample lines of one family. */
async function lines(meters: Meters, family: string): Promise<readonly string[]> {
  const text = await (await loadExposition(meters)).text();
  return text.split("\n").filter((line) => line.startsWith(family));
}

suite("meters of requests", () => {
  test("a request is one of its route and code, and in the bucket of its latency and all above", async () => {
    const meters = started();
    const route = meters.listener("public").route("/v1/{name=books/*}", "v1.Library/GetBook");
    route.record(0, 0.5);
    route.record(0, 1);
    route.record(3, 20_000);
    const labels = 'listener="public",route="/v1/{name=books/*}",rpc="v1.Library/GetBook"';
    assert.deepEqual(
      (await lines(meters, "diglot_requests_total")).filter((line) => line.includes("books")),
      [
        `diglot_requests_total{code="OK",${labels}} 2`,
        `diglot_requests_total{code="INVALID_ARGUMENT",${labels}} 1`,
      ],
    );
    const latencies = await lines(meters, "diglot_request_duration_seconds");
    const numberOf = (start: string) =>
      latencies.find((line) => line.includes(start))?.split(" ")[1];
    assert.equal(numberOf('le="0.0005"'), "1");
    assert.equal(numberOf('le="0.001"'), "2");
    assert.equal(numberOf('le="10"'), "2");
    assert.equal(numberOf('le="+Inf"'), "3");
    assert.equal(numberOf("_count"), "3");
    assert.equal(numberOf("_sum"), "20.0015");
  });

  test("the same names give the same meter, so a new snapshot counts on", () => {
    const listener = started().listener("public");
    assert.equal(listener.route("/v1/a", "v1.S/A"), listener.route("/v1/a", "v1.S/A"));
    assert.notEqual(listener.route("/v1/a", "v1.S/A"), listener.route("/v1/a", "v1.S/B"));
  });

  test("a code that is none counts as UNKNOWN", async () => {
    const meters = started();
    const { unrouted } = meters.listener("public");
    for (const code of [17, -1, 1.5, Number.NaN]) unrouted.count(code);
    assert.deepEqual(await lines(meters, "diglot_requests_total"), [
      'diglot_requests_total{code="OK",listener="public",route="none",rpc="none"} 0',
      'diglot_requests_total{code="UNKNOWN",listener="public",route="none",rpc="none"} 4',
    ]);
  });

  test("what is only counted is in no bucket", async () => {
    const meters = started();
    meters.listener("public").unrouted.count(0);
    assert.deepEqual(await lines(meters, "diglot_request_duration_seconds"), []);
  });

  test("transcoding is timed for one of 64, beginning with the first", async () => {
    const clock = new FakeClock();
    const meters = createMeters(String, clock);
    const { transcoding } = meters.listener("public").route("/v1/a", "v1.S/A");
    for (let i = 0; i < 65; i++) {
      const begunAt = transcoding.reply.begin();
      clock.advance(i === 0 || i === 64 ? 250 : 9999);
      transcoding.reply.end(begunAt);
    }
    const values = (await lines(meters, "diglot_transcoding")).map((line) =>
      line.replace(/,listener.*\}/, "}"),
    );
    assert.deepEqual(values, [
      'diglot_transcoding_samples_total{direction="reply"} 2',
      'diglot_transcoding_sampled_seconds_total{direction="reply"} 0.5',
    ]);
  });

  test("streams are open until they are closed, and stay in the total", async () => {
    const meters = started();
    const route = meters.listener("public").route("/v1/s", "v1.S/Watch");
    route.streamOpened();
    route.streamOpened();
    route.streamClosed();
    const values = (await lines(meters, "diglot_streams")).map((line) =>
      line.replace(/\{.*\}/, ""),
    );
    assert.deepEqual(values, ["diglot_streams_total 2", "diglot_streams_open 1"]);
  });

  test("failures are told by reason, connections as they are read", async () => {
    const meters = started();
    const listener = meters.listener("public");
    listener.failed("NO_ROUTE");
    listener.failed("NO_ROUTE");
    listener.readConnections(() => ({ open: 3, accepted: 9 }));
    assert.deepEqual(await lines(meters, "diglot_request_failures_total"), [
      'diglot_request_failures_total{reason="NO_ROUTE",listener="public"} 2',
    ]);
    assert.deepEqual(await lines(meters, "diglot_connections"), [
      'diglot_connections_open{listener="public"} 3',
      'diglot_connections_total{listener="public"} 9',
    ]);
  });

  test("a template with quotes, backslashes and newlines is escaped as a label", async () => {
    const meters = started();
    meters.listener("public").route('/v1/"\\\n', "v1.S/A").record(0, 1);
    const [line] = (await lines(meters, "diglot_requests_total")).filter((at) =>
      at.includes("v1.S"),
    );
    assert.match(line ?? "", /route="\/v1\/\\"\\\\\\n"/);
  });
});

suite("meters of clusters", () => {
  test("what endpoints are is read, what happened to them is counted", async () => {
    const meters = started();
    const cluster = meters.cluster("library");
    cluster.readStatus(() => ({
      inFlight: 5,
      pending: 2,
      endpoints: [
        { address: "a:1", state: "ready", connections: 2, inFlight: 3 },
        { address: "b:1", state: "backoff", connections: 0, inFlight: 0 },
      ],
    }));
    cluster.connected("a:1");
    cluster.connected("a:1");
    cluster.lost("a:1");
    cluster.refused("b:1");
    cluster.ejected("b:1");
    cluster.retried();
    const text = (await lines(meters, "diglot_")).join("\n");
    for (const line of [
      'diglot_cluster_calls_in_flight{cluster="library"} 5',
      'diglot_cluster_calls_pending{cluster="library"} 2',
      'diglot_endpoint_connections{endpoint="a:1",cluster="library"} 2',
      'diglot_endpoint_ready{endpoint="a:1",cluster="library"} 1',
      'diglot_endpoint_ready{endpoint="b:1",cluster="library"} 0',
      'diglot_endpoint_connects_total{cluster="library",endpoint="a:1"} 2',
      'diglot_endpoint_connections_lost_total{cluster="library",endpoint="a:1"} 1',
      'diglot_endpoint_connect_failures_total{cluster="library",endpoint="b:1"} 1',
      'diglot_endpoint_ejections_total{cluster="library",endpoint="b:1"} 1',
      'diglot_retries_total{cluster="library"} 1',
    ]) {
      assert.ok(text.split("\n").includes(line), `${line}\nis not in\n${text}`);
    }
  });

  test("a breaker has a state once it was told", async () => {
    const meters = started();
    const cluster = meters.cluster("library");
    assert.deepEqual(await lines(meters, "diglot_breaker_state"), []);
    for (const [position, value] of [
      ["open", 2],
      ["halfOpen", 1],
      ["closed", 0],
    ] as const) {
      cluster.breakerMoved(position);
      assert.deepEqual(await lines(meters, "diglot_breaker_state"), [
        `diglot_breaker_state{cluster="library"} ${value}`,
      ]);
    }
  });

  test("O-09: endpoints that come and go without end are forgotten, and then counted as one", async () => {
    const meters = started();
    const cluster = meters.cluster("library");
    for (let i = 0; i < 1500; i++) cluster.connected(`10.0.0.1:${i}`);
    assert.ok((await lines(meters, "diglot_endpoint_connects_total")).length <= 1001);
    const endpoints = Array.from({ length: 1200 }, (_, i) => ({
      address: `10.0.0.2:${i}`,
      state: "ready",
      connections: 1,
      inFlight: 0,
    }));
    cluster.readStatus(() => ({ inFlight: 0, pending: 0, endpoints }));
    for (const { address } of endpoints) cluster.connected(address);
    const counted = await lines(meters, "diglot_endpoint_connects_total");
    assert.ok(counted.length <= 1001, `${counted.length} series`);
    assert.ok(counted.some((line) => line.includes('endpoint="other"')));
  });
});

suite("meters of the process", () => {
  test("memory, CPU and the delay of the event loop are told once, for any number of gateways", async () => {
    const text = await (await loadExposition(started())).text();
    await loadExposition(started());
    for (const name of [
      "process_resident_memory_bytes",
      "process_cpu_seconds_total",
      "nodejs_heap_size_used_bytes",
    ]) {
      assert.match(text, new RegExp(`^${name} [0-9.e+-]+$`, "m"));
    }
    assert.doesNotMatch(text, /nodejs_eventloop_lag/);
  });

  test("the event loop is late by what is more than the time between samples, since the last scrape", () => {
    const times = new Map([
      [50, 20.1],
      [90, 19.9],
      [99, 70],
      [100, 320],
    ]);
    let resets = 0;
    const family = measureEventLoop({
      percentile: (percentile) => (times.get(percentile) ?? 0) * 1e6,
      reset: () => {
        resets++;
      },
    });
    const read = family.samples().map(({ part, value }) => [part?.["quantile"], value.toFixed(4)]);
    assert.deepEqual(read, [
      ["0.5", "0.0001"],
      ["0.9", "0.0000"],
      ["0.99", "0.0500"],
      ["1", "0.3000"],
    ]);
    assert.equal(resets, 1);
  });
});
