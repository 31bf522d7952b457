/** The canonical status codes of gRPC (google/rpc/code.proto). */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type Code = (typeof Code)[keyof typeof Code];

const names = Object.keys(Code);

/** The code's name in code.proto, or its digits when it is none of them. */
export function codeName(code: number): string {
  return names[code] ?? String(code);
}

/** The code that code.proto gives `name`; UNKNOWN for a name that it does not know. */
export function codeOfName(name: string): Code {
  return codeOf(names.indexOf(name));
}

/** A number from the wire as a code; what is not in the table is UNKNOWN, as the gRPC specification says. */
export function codeOf(value: number): Code {
  return Number.isInteger(value) && value >= 0 && value <= 16 ? (value as Code) : Code.UNKNOWN;
}

// Index: gRPC code. The table of transcoding.md §5 and of google/rpc/code.proto.
const httpStatuses = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** The HTTP status that answers a gRPC code; any other number is 500. */
export function httpStatusOfCode(code: number): number {
  return httpStatuses[code] ?? 500;
}

/**
 * The gRPC code for an upstream that answered with HTTP and no grpc-status
 * (gRPC "HTTP to gRPC Status Code Mapping").
 */
export function codeOfHttpStatus(status: number): Code {
  switch (status) {
    case 400:
      return Code.INTERNAL;
    case 401:
      return Code.UNAUTHENTICATED;
    case 403:
      return Code.PERMISSION_DENIED;
    case 404:
      return Code.UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code.UNAVAILABLE;
    default:
      return Code.UNKNOWN;
  }
}
