import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { err, neverCancelled } from "../../src/base/index.ts";
import type { Exchange, Response } from "../../src/exchange/index.ts";
import { createHandler, type Outcome, type Snapshot, type Target } from "../../src/http/index.ts";
import { failureResponse, plainFailureRules } from "../../src/protocol/index.ts";
import { buildRouteTable, parseTemplate } from "../../src/route/index.ts";
import { gatewayFailure } from "../../src/rpc/index.ts";
import { createMeters } from "../../src/telemetry/index.ts";

const problems = { ...plainFailureRules, errors: "problem+json" } as const;
const bug = (): never => {
  throw new Error("at /secret/file.ts");
};
const refused = err(gatewayFailure("NO_ROUTE", "never"));

/** A target that answers failures as a status, whatever its listener does, and throws at one place. */
function targetWith(parts: { open?: () => never; call?: () => never }): Target {
  return {
    route: "/a",
    rpc: "t.S/M",
    protocol: {
      open: parts.open ?? (() => refused),
      close: bug,
      fail: (failure) => failureResponse(failure),
    },
    filters: [],
    webSocketOrigins: undefined,
    call: parts.call ?? bug,
    meter: createMeters(String).listener("public").unrouted,
  };
}

function snapshotOf(target: Target): Snapshot {
  const template = parseTemplate("/a");
  assert.ok(template.ok);
  const routes = buildRouteTable(
    [{ method: "GET", template: template.value, value: target, name: "t.S.M" }],
    { trailingSlash: "strict", unescape: "all_except_slash" },
  );
  assert.ok(routes.ok);
  return {
    routes: routes.value,
    refusals: { failures: problems, wrongMethod: 405 },
    encode: undefined,
  };
}

const exchange: Exchange = {
  protocol: "HTTP/1.1",
  method: "GET",
  path: "/a",
  query: "",
  authority: "localhost",
  headers: [],
  client: {
    address: "127.0.0.1",
    scheme: "http",
    forwardedFor: "127.0.0.1",
    forwardedHost: undefined,
    traceparent: undefined,
  },
  requestId: "1",
  receivedAt: 0,
  deadline: Number.POSITIVE_INFINITY,
  body: {
    declaredBytes: 0,
    lastReadAt: 0,
    isRefused: false,
    receivedBytes: 0,
    readAll: bug,
    open: bug,
  },
  cancellation: neverCancelled,
};

async function handled(
  snapshot: Snapshot,
): Promise<{ readonly response: Response; readonly outcome: Outcome | undefined }> {
  let outcome: Outcome | undefined;
  const handle = createHandler(
    () => snapshot,
    (_, told) => {
      outcome = told;
    },
  );
  return { response: await handle(exchange), outcome };
}

suite("transcoding.md §5: a throw, which is a bug", () => {
  const rows: readonly {
    readonly name: string;
    readonly snapshot: Snapshot;
    readonly type: string;
    readonly rpc: string | undefined;
  }[] = [
    {
      name: "in a route is answered in the shape of the route",
      snapshot: snapshotOf(targetWith({ open: bug })),
      type: "application/json",
      rpc: "t.S/M",
    },
    {
      name: "before a route is found is answered in the shape of the listener",
      snapshot: { ...snapshotOf(targetWith({})), routes: routesThat(bug) },
      type: "application/problem+json",
      rpc: undefined,
    },
  ];
  for (const { name, snapshot, type, rpc } of rows) {
    test(`§5: ${name}, and says nothing of itself`, async () => {
      const { response, outcome } = await handled(snapshot);
      const text = Buffer.from(response.body as Uint8Array).toString();
      const at = response.headers.indexOf("content-type");
      assert.deepEqual([response.status, response.headers[at + 1]], [500, type]);
      assert.ok(!text.includes("secret"), text);
      assert.equal((JSON.parse(text) as { code: number }).code, 13);
      assert.equal(outcome?.target?.rpc, rpc);
      const { failure } = outcome ?? {};
      assert.ok(failure?.kind === "gateway" && failure.cause?.includes("/secret/file.ts") === true);
    });
  }
});

function routesThat(match: () => never): Snapshot["routes"] {
  return { match, allowed: bug, explain: bug, list: bug, size: 0 };
}
