// A load process: requests at a fixed rate, whatever the answers do (open loop). autocannon cannot: it spends a
// second's share at the second's begin. A request that waits for a connection is measured from when it was due.
import { Agent, request } from "node:http";
import process from "node:process";
import { percentile, readLoadRequest, writeLoadResult } from "./load-request.ts";

const { port, path, body, connections, seconds, rate = 100 } = readLoadRequest();
const bytes = Buffer.from(body);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const headers = { "content-type": "application/json", "content-length": bytes.length };
const latencies: number[] = [];
let failures = 0;

function send(done: () => void): void {
  const due = process.hrtime.bigint();
  const fail = (): void => {
    failures++;
    done();
  };
  const outgoing = request(
    { host: "127.0.0.1", port, path, method: "POST", headers, agent },
    (response) => {
      response.resume();
      response.once("error", fail);
      response.once("end", () => {
        if (response.statusCode === 200) {
          latencies.push(Number(process.hrtime.bigint() - due) / 1e6);
        } else failures++;
        done();
      });
    },
  );
  outgoing.once("error", fail);
  outgoing.end(bytes);
}

const start = process.hrtime.bigint();
const total = Math.round(rate * seconds);
await new Promise<void>((resolve) => {
  let [sent, over] = [0, 0];
  const done = (): void => {
    if (++over === total) resolve();
  };
  const timer = setInterval(() => {
    const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
    for (const due = Math.min(total, Math.floor(elapsed * rate)); sent < due; sent++) send(done);
    if (sent === total) clearInterval(timer);
  }, 1);
});
agent.destroy();
writeLoadResult({
  requests: latencies.length,
  failures,
  seconds: Number(process.hrtime.bigint() - start) / 1e9,
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
});
