// @hono/node-server's types mention those of hono/ws, which need a browser's library. Nothing here serves WebSockets
// with hono, so they stand for it (tsconfig.json, paths), and the rest is checked as strictly as ever.
export type UpgradeWebSocket<_Socket = unknown, _Options = unknown> = never;
