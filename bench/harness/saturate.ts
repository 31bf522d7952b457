// A load process: autocannon, as many requests as there can be on so many connections.

import process from "node:process";
import autocannon from "autocannon";
import { readLoadRequest, writeLoadResult } from "./load-request.ts";

const { port, path, body, connections, seconds } = readLoadRequest();
let requests = 0;
let failures = 0;
const start = process.hrtime.bigint();
await new Promise<void>((resolve, reject) => {
  const instance = autocannon(
    {
      url: `http://127.0.0.1:${port}${path}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      connections,
      duration: seconds,
    },
    (error: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    },
  );
  instance.on("response", (_client, statusCode) => {
    if (statusCode === 200) requests++;
    else failures++;
  });
  instance.on("reqError", () => {
    failures++;
  });
});
writeLoadResult({
  requests,
  failures,
  seconds: Number(process.hrtime.bigint() - start) / 1e9,
});
