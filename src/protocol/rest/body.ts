import { err, ok, type Result } from "../../base/index.ts";
import type { BodyProblem, Exchange } from "../../exchange/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";
import { bodyTooLarge, decodeContent } from "./content-encoding.ts";

/** Reads the whole body and undoes its `content-encoding`, both under the same limit. */
export async function readBody(
  exchange: Exchange,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Result<Uint8Array, Failure>> {
  const sent = await exchange.body.readAll(maxBytes);
  if (!sent.ok)
    return err(sent.error === "tooLarge" ? bodyTooLarge(maxBytes) : brokenBody(sent.error));
  if (encoding === undefined || sent.value.length === 0) return ok(sent.value);
  return decodeContent(sent.value, encoding, maxBytes);
}

/** Refuses a body where the HTTP rule takes none; a chunked body of no bytes is none. */
export async function refuseBody(exchange: Exchange): Promise<Failure | undefined> {
  const sent = await exchange.body.readAll(0);
  if (sent.ok) return undefined;
  return sent.error === "tooLarge" ? unexpected : brokenBody(sent.error);
}

function brokenBody(problem: Exclude<BodyProblem, "tooLarge">): Failure {
  return problem === "tooSlow" ? tooSlow : incomplete;
}

const tooSlow = gatewayFailure("REQUEST_TIMEOUT", "the body did not arrive in time");

const incomplete = gatewayFailure("INCOMPLETE_BODY", "the body ended before it was complete");

const unexpected = gatewayFailure(
  "UNEXPECTED_BODY",
  "this request takes no body: its HTTP rule has no body field",
);
