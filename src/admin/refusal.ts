import { Code } from "../rpc/index.ts";

// The one shape of errors: a google.rpc.Status in JSON, as clients of the gateway get it (docs/errors.md).
const table = {
  NO_SUCH_PAGE: [Code.NOT_FOUND, 404],
  METHOD_NOT_ALLOWED: [Code.UNIMPLEMENTED, 405],
  HOST_REFUSED: [Code.PERMISSION_DENIED, 403],
  ORIGIN_REFUSED: [Code.PERMISSION_DENIED, 403],
  NO_TOKEN_CONFIGURED: [Code.PERMISSION_DENIED, 403],
  TOKEN_MISSING: [Code.UNAUTHENTICATED, 401],
  TOKEN_WRONG: [Code.UNAUTHENTICATED, 401],
  INVALID_REQUEST: [Code.INVALID_ARGUMENT, 400],
  BODY_TOO_LARGE: [Code.RESOURCE_EXHAUSTED, 413],
  INTERNAL: [Code.INTERNAL, 500],
} as const;

/** Why the admin API refuses a request: a closed list (docs/operations.md). */
export type AdminReason = keyof typeof table;

/** Every reason, for the test of the page that lists them. */
export const adminReasons: readonly AdminReason[] = Object.keys(table) as AdminReason[];

/** The answer to a request that is refused. */
export function refusal(
  reason: AdminReason,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [code, status] = table[reason];
  const details = [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "diglot" },
  ];
  return Response.json({ code, message, details }, { status, headers });
}
