import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./end-with-us.ts";
import type { Notice, Order, Trouble } from "./trouble.ts";

/** A back end in a process of its own. */
export interface BackEnd {
  readonly hasEnded: boolean;
  /** Listens, on any free port for 0; gives the port. */
  listen(port: number): Promise<number>;
  /** Is in trouble from now on. */
  trouble(trouble: Trouble): Promise<void>;
  /** SIGSTOP: it keeps its connections and does nothing. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM: it ends once its calls have. */
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL("back-end-process.ts", import.meta.url));

/** Starts a process that waits to be told where to listen. It ends with this process. */
export async function startBackEnd(): Promise<BackEnd> {
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const forget = endWithUs(child.pid ?? 0);
  const ended = once(child, "exit").then(() => {
    forget();
  });
  const heard = listener(child, ended);
  await heard("started");
  const order = (what: Order): void => {
    child.send(what);
  };
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = (signal: NodeJS.Signals): Promise<void> => {
    if (!hasEnded()) child.kill(signal);
    return ended;
  };
  return {
    get hasEnded() {
      return hasEnded();
    },
    async listen(port) {
      const listening = heard("listening");
      order({ kind: "listen", port });
      const notice = await listening;
      return notice.kind === "listening" ? notice.port : 0;
    },
    async trouble(trouble) {
      const troubled = heard("troubled");
      order({ kind: "trouble", trouble });
      await troubled;
    },
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

/** Waits for one kind of notice; rejects when the process ends before. */
function listener(
  child: ChildProcess,
  ended: Promise<void>,
): (kind: Notice["kind"]) => Promise<Notice> {
  return (kind) => {
    const notice = new Promise<Notice>((resolve) => {
      const take = (said: Notice): void => {
        if (said.kind !== kind) return;
        child.off("message", take);
        resolve(said);
      };
      child.on("message", take);
    });
    const failed = ended.then(() => {
      throw new Error(`a back end ended while it was to be ${kind}`);
    });
    return Promise.race([notice, failed]);
  };
}
