import { request } from "node:http";
import {
  type AdminOptions,
  type AdminServer,
  type AdminViews,
  startAdmin,
} from "../../src/admin/index.ts";

/** What an admin listener answered a test. */
export interface AdminAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An admin listener over views that a test can change. */
export interface TestAdmin {
  readonly server: AdminServer;
  readonly views: { -readonly [Key in keyof AdminViews]: AdminViews[Key] };
  /** What went wrong inside. */
  readonly crashes: unknown[];
  ask(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<AdminAnswer>;
}

/** Starts an admin listener on loopback, or where the options say. */
export async function startTestAdmin(change: Partial<AdminOptions> = {}): Promise<TestAdmin> {
  let level = "info";
  const views: TestAdmin["views"] = {
    readiness: () => "serving",
    clusters: () => [{ name: "library", endpoints: [{ address: "a:1", state: "ready" }] }],
    routes: () => [],
    config: () => ({ file: "gateway.yaml", document: { version: 1 } }),
    metrics: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", text: "up 1\n" }),
    logLevel: {
      levels: ["debug", "info"],
      get: () => level,
      set: (next) => {
        level = next;
      },
    },
  };
  const crashes: unknown[] = [];
  const started = await startAdmin({
    address: { kind: "tcp", host: "127.0.0.1", port: 0 },
    hosts: [],
    token: undefined,
    views,
    crashed: (error) => crashes.push(error),
    ...change,
  });
  if (!started.ok) throw new Error(started.error);
  const server = started.value;
  return {
    server,
    views,
    crashes,
    ask: (method, path, headers = {}, body = undefined) =>
      ask(server.address, method, path, headers, body),
  };
}

/** Sends one request to an admin listener. */
export function ask(
  address: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<AdminAnswer> {
  const place = address.startsWith("unix:")
    ? { socketPath: address.slice("unix:".length) }
    : { host: "127.0.0.1", port: Number(/\d+$/.exec(address)?.[0]) };
  return new Promise((resolve, reject) => {
    const asked = request({ ...place, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The reason of a refusal; undefined when the answer is none. */
export function reasonOf({ text }: AdminAnswer): string | undefined {
  const body = JSON.parse(text) as { details?: readonly { reason?: string }[] };
  return body.details?.[0]?.reason;
}
