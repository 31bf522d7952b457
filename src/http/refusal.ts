import type { Exchange, Response } from "../exchange/index.ts";
import { failureResponse } from "../protocol/index.ts";
import type { Match } from "../route/index.ts";
import { type Failure, gatewayFailure } from "../rpc/index.ts";
import type { Outcome } from "./outcome.ts";
import type { Snapshot, Target } from "./snapshot.ts";

type Unmatched = Exclude<Match<Target>, { readonly kind: "found" }>;

const noBytes = new Uint8Array(0);

/** The answer to a request that no route takes: 404, 405 with `allow`, 400, or 204 to OPTIONS. */
export function refusalOf(match: Unmatched, exchange: Exchange, snapshot: Snapshot): Outcome {
  if (exchange.method === "OPTIONS" && match.kind !== "refused") {
    const allow = exchange.path === "*" ? [] : snapshot.routes.allowed(exchange.path);
    if (allow.length > 0 || exchange.path === "*") {
      const response = optionsResponse(allow);
      return { response, target: undefined, failure: undefined, bytesOut: 0 };
    }
  }
  const { failures, wrongMethod } = snapshot.refusals;
  const failure = failureOf(match, wrongMethod);
  const response = failureResponse(failure, failures);
  return { response, target: undefined, failure, bytesOut: response.body.length };
}

function failureOf(match: Unmatched, wrongMethod: 404 | 405 | 501): Failure {
  switch (match.kind) {
    case "notFound":
      return noRoute;
    case "methodNotAllowed":
      if (wrongMethod === 404) return noRoute;
      return gatewayFailure(
        wrongMethod === 405 ? "METHOD_NOT_ALLOWED" : "METHOD_NOT_IMPLEMENTED",
        "the path is served, but not with this method",
        { headers: ["allow", allowList(match.allow)] },
      );
    case "refused":
      return gatewayFailure("INVALID_PATH", `path: ${match.message}`);
  }
}

const noRoute = gatewayFailure("NO_ROUTE", "no route matches this path");

function optionsResponse(allow: readonly string[]): Response {
  return { status: 204, headers: ["allow", allowList(allow)], body: noBytes };
}

function allowList(methods: readonly string[]): string {
  return [...new Set([...methods, "OPTIONS"])].join(", ");
}
