import { type Context, Hono } from "hono";
import { type GuardRules, refuseForeign, refuseUnauthorised } from "./guard.ts";
import { readBody } from "./read-body.ts";
import { refusal } from "./refusal.ts";
import type { AdminViews, LogLevelView } from "./views.ts";

/** What the application answers from. */
export interface AppDependencies {
  readonly views: AdminViews;
  readonly rules: GuardRules;
  /** Told of a throw: a bug, answered with 500. */
  readonly crashed: (error: unknown) => void;
}

interface Page {
  /** What it shows, for the list of pages. */
  readonly shows: string;
  readonly get: (views: AdminViews, context: Context) => Response | Promise<Response>;
  /** Changes something; asked only with the token. */
  readonly post?: (views: AdminViews, context: Context) => Response | Promise<Response>;
}

const pages: Readonly<Record<string, Page>> = {
  "/healthz": {
    shows: "the process answers",
    get: () => Response.json({ status: "ok" }),
  },
  "/readyz": {
    shows: "the gateway takes requests; 503 while it does not",
    get: (views) => {
      const state = views.readiness();
      const ready = state === "serving";
      return Response.json({ ready, state }, { status: ready ? 200 : 503 });
    },
  },
  "/clusters": {
    shows: "clusters and their endpoints as they are now",
    get: (views) => Response.json({ clusters: views.clusters() }),
  },
  "/routes": {
    shows: "every method and path that is served",
    get: (views) => Response.json({ routes: views.routes() }),
  },
  "/config": {
    shows: "the configuration as it was written, without secrets",
    get: (views) => Response.json(views.config()),
  },
  "/metrics": {
    shows: "meters, for Prometheus",
    async get(views) {
      const { contentType, text } = await views.metrics();
      return new Response(text, { headers: { "content-type": contentType } });
    },
  },
  "/log-level": {
    shows: "the least severe line that is logged; POST changes it",
    get: ({ logLevel }) => showLevel(logLevel),
    post: ({ logLevel }, context) => changeLevel(logLevel, context),
  },
};

/** Makes the application: who may ask, then what is asked for. */
export function createApp({ views, rules, crashed }: AppDependencies): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const refused = refuseForeign(context.req.raw.headers, rules);
    if (refused === undefined) await next();
    else context.res = refused;
    context.res.headers.set("cache-control", "no-store");
    context.res.headers.set("x-content-type-options", "nosniff");
    context.res.headers.set("x-frame-options", "DENY");
    context.res.headers.set("content-security-policy", "default-src 'none'");
  });
  app.get("/", (context) => context.html(listOfPages));
  for (const [path, { get, post }] of Object.entries(pages)) {
    app.get(path, (context) => get(views, context));
    if (post !== undefined) {
      app.post(
        path,
        (context) => refuseUnauthorised(context.req.raw.headers, rules) ?? post(views, context),
      );
    }
    const allow = post === undefined ? "GET, HEAD" : "GET, HEAD, POST";
    app.all(path, () => refusal("METHOD_NOT_ALLOWED", `this page takes ${allow}`, { allow }));
  }
  app.notFound(() => refusal("NO_SUCH_PAGE", "there is no such page; / lists them"));
  app.onError((error) => {
    crashed(error);
    return refusal("INTERNAL", "this page failed; the log has the cause");
  });
  return app;
}

const listOfPages = [
  '<!doctype html><meta charset="utf-8"><title>Diglot</title><h1>Diglot</h1><ul>',
  ...Object.entries(pages).map(
    ([path, { shows }]) => `<li><a href="${path}">${path}</a>: ${shows}</li>`,
  ),
  "</ul>",
].join("\n");

function showLevel(logLevel: LogLevelView | undefined): Response {
  if (logLevel === undefined) return noLog();
  return Response.json({ level: logLevel.get(), levels: logLevel.levels });
}

async function changeLevel(
  logLevel: LogLevelView | undefined,
  context: Context,
): Promise<Response> {
  if (logLevel === undefined) return noLog();
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.error;
  const { level } = body.value;
  if (typeof level !== "string" || !logLevel.levels.includes(level)) {
    const expected = `level: expected one of ${logLevel.levels.join(", ")}`;
    return refusal("INVALID_REQUEST", expected);
  }
  logLevel.set(level);
  return showLevel(logLevel);
}

function noLog(): Response {
  return refusal("NO_SUCH_PAGE", "this gateway writes to a log that is not its own");
}
