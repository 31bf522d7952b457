import { err, type Result } from "../../base/index.ts";
import type { BodyProblem, Exchange } from "../../exchange/index.ts";
import { type Failure, gatewayFailure } from "../../rpc/index.ts";
import {
  bodyTooLarge,
  decodeContent,
  isKnownEncoding,
  unsupportedEncoding,
} from "./content-encoding.ts";

/** Reads the whole body and undoes its `content-encoding`, both under the same limit. */
export function readBody(
  exchange: Exchange,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Result<Uint8Array, Failure>> {
  if (encoding !== undefined && !isKnownEncoding(encoding)) {
    return Promise.resolve(err(unsupportedEncoding));
  }
  return exchange.body.readAll(maxBytes).then((sent) => {
    if (!sent.ok) return err(unreadable(sent.error, maxBytes));
    if (encoding === undefined || sent.value.length === 0) return sent;
    return decodeContent(sent.value, encoding, maxBytes);
  });
}

function unreadable(problem: BodyProblem, maxBytes: number): Failure {
  return problem === "tooLarge" ? bodyTooLarge(maxBytes) : brokenBody(problem);
}

/** Refuses a body where the HTTP rule takes none; a chunked body of no bytes is none. */
export async function refuseBody(exchange: Exchange): Promise<Failure | undefined> {
  const sent = await exchange.body.readAll(0);
  if (sent.ok) return undefined;
  return sent.error === "tooLarge" ? unexpected : brokenBody(sent.error);
}

/** Lets the client send a body that nobody reads: what does not fit the pipe ends with the connection. */
export function discardBody(exchange: Exchange): void {
  exchange.body.open(Number.POSITIVE_INFINITY).cancel();
}

/** The failure for a body that did not come whole, or not in time. */
export function brokenBody(problem: Exclude<BodyProblem, "tooLarge">): Failure {
  return brokenBodies[problem];
}

const brokenBodies: Readonly<Record<Exclude<BodyProblem, "tooLarge">, Failure>> = {
  incomplete: gatewayFailure("INCOMPLETE_BODY", "the body ended before it was complete"),
  malformed: gatewayFailure("MALFORMED_HTTP", "the body is not well-formed HTTP/1.1"),
  trailersTooLarge: gatewayFailure("HEADERS_TOO_LARGE", "the trailers are over the limit"),
  tooSlow: gatewayFailure("REQUEST_TIMEOUT", "the body did not arrive in time"),
};

const unexpected = gatewayFailure(
  "UNEXPECTED_BODY",
  "this request takes no body: its HTTP rule has no body field",
);
