import { type Case, get } from "./case.ts";

const codes = Array.from({ length: 18 }, (_, code) => code);

/** Replies, errors and metadata (transcoding.md §3 to §6). */
export const replyCases: readonly Case[] = [
  ...codes.map((code) => get("status", `/v1/fail/${code}`)),
  ...codes.map((code) =>
    get("status with details", `/v1/fail/${code}?details=true&message=hello%20%C3%A9%25`),
  ),
  ...[
    "x-a",
    "authorization",
    "cookie",
    "user-agent",
    "x-a-bin",
    "te",
    "connection",
    "accept",
    "accept-language",
    "grpc-accept-encoding",
    "origin",
    "referer",
  ].map((name) => ({
    ...get("metadata", "/v1/inspect"),
    name: `metadata: ${name}`,
    headers: {
      [name]:
        name === "x-a-bin"
          ? "aGk="
          : name === "te"
            ? "trailers"
            : name === "connection"
              ? "keep-alive"
              : "value",
    },
  })),
  get("metadata", "/v1/inspect", { "x-a-bin": "$$$" }),
  ...["1S", "100m", "99999999H", "-1S", "1x", "123456789S", "", "1 S", "0S"].map((timeout) => ({
    ...get("grpc-timeout", "/v1/sleep/0s"),
    name: `grpc-timeout: ${JSON.stringify(timeout)}`,
    headers: { "grpc-timeout": timeout },
  })),
  get("HttpBody", "/v1/shelves/novels/books/beloved/cover"),
  get("HttpBody that fails", "/v1/shelves/novels/books/none/cover"),
  ...["novels", "poetry", "science", "nope", "-"].map((shelf) =>
    get("server stream", `/v1/shelves/${shelf}/books:export`),
  ),
  get("list", "/v1/shelves"),
  get("list", "/v1/shelves/novels/books"),
];
