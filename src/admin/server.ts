import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type BindAddress, bindServer, boundAddress, err, ok, type Result } from "../base/index.ts";
import { createApp } from "./app.ts";
import { refusal } from "./refusal.ts";
import type { AdminViews } from "./views.ts";

/** How the admin listener is opened. */
export interface AdminOptions {
  readonly address: BindAddress;
  /** Names in lower case that requests may ask for, beside IP addresses and localhost. */
  readonly hosts: readonly string[];
  /** What requests that change something must bring; undefined refuses them. */
  readonly token: string | undefined;
  readonly views: AdminViews;
  /** Told of what went wrong inside: it costs the request that met it, and nothing else. */
  readonly crashed: (error: unknown) => void;
}

/** An admin listener that serves. */
export interface AdminServer {
  /** Where it is bound: `127.0.0.1:9901`, `[::1]:9901` or `unix:/run/diglot-admin.sock`. */
  readonly address: string;
  /** Answers what is under way, shortly, and closes. */
  stop(): Promise<void>;
}

// An operator and a few machines ask here; whoever else does must not take what requests need.
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const mostConnections = 100;

/** How long an answer may take to leave when the listener stops, in ms. */
const stopGraceMs = 500;

/** Opens the admin listener; the error says what could not be bound and why. */
export async function startAdmin(options: AdminOptions): Promise<Result<AdminServer, string>> {
  const { address, hosts, token, views, crashed } = options;
  // No page reaches a socket, and what asks there may call it anything.
  const rules = { hosts: address.kind === "unix" ? undefined : hosts, token };
  const app = createApp({ views, rules, crashed });
  const answer = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: () => refusal("INVALID_REQUEST", "the request cannot be read"),
  });
  const server = createServer(limits, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy();
      crashed(error);
    });
  });
  server.maxConnections = mostConnections;
  const problem = await bindServer(server, address);
  if (problem !== undefined) return err(problem);
  server.on("error", crashed);
  return ok({ address: boundAddress(server, address), stop: () => stop(server) });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), stopGraceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
