import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { type ServiceError, status } from "@grpc/grpc-js";
import type { ErrorFactory } from "./errors.ts";
import type { Handlers } from "./handlers.ts";

/** The methods of KitchenSinkService. */
export function kitchenSinkHandlers(fail: ErrorFactory): Handlers {
  return {
    Echo: (request) => request,
    Inspect: (_, { metadata, timeLeftMs }) => ({
      metadata: Object.fromEntries(
        Object.keys(metadata.getMap()).map((name) => [
          name,
          metadata
            .get(name)
            .map((value) => (typeof value === "string" ? value : value.toString("base64")))
            .join(", "),
        ]),
      ),
      timeLeft: timeLeftMs === undefined ? undefined : durationFromMs(Math.round(timeLeftMs)),
    }),
    Fail: ({ code, message, details }) => {
      throw failure(fail, Number(code), String(message), details === true);
    },
    Sleep: async ({ duration }) => {
      const wait = duration === undefined ? 0 : durationMs(duration as never);
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 60_000)));
      return {};
    },
  };
}

function failure(
  fail: ErrorFactory,
  code: number,
  message: string,
  details: boolean,
): ServiceError {
  return fail(
    code === status.OK ? status.UNKNOWN : code,
    message || "it was asked to fail",
    details
      ? [
          [
            "google.rpc.ErrorInfo",
            { reason: "ASKED_TO", domain: "library.example", metadata: { code: String(code) } },
          ],
          ["google.rpc.RetryInfo", { retryDelay: durationFromMs(1500) }],
          ["library.internal.Unpublished", new Uint8Array([8, 1])],
        ]
      : [],
  );
}
