import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname } from "node:path";

/** A server under measurement. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** How a server is started. */
export interface Command {
  readonly name: string;
  readonly file: string;
  readonly words: readonly string[];
  readonly port: number;
  /** Where its standard output goes. */
  readonly output: string;
  /** Where its standard error goes: read when it does not start. */
  readonly log: string;
}

const startMs = 20_000;

/** Starts a server and waits until it accepts connections. */
export async function startChild(command: Command): Promise<Child> {
  const { name, port, log } = command;
  mkdirSync(dirname(log), { recursive: true });
  const [output, errors] = [openSync(command.output, "w"), openSync(log, "w")];
  const child = spawn(command.file, command.words, { stdio: ["ignore", output, errors] });
  closeSync(output);
  closeSync(errors);
  const ended = once(child, "exit").then(() => undefined);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`${name} ended with ${code}: ${readFileSync(log, "utf8").slice(-2000)}`)),
    );
  });
  // Once it has started, its end is none of this function's business.
  failed.catch(() => undefined);
  await Promise.race([accepting(port), failed]);
  return {
    name,
    pid: child.pid ?? 0,
    port,
    stop: () => stopChild(child, ended),
  };
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(timer);
}

async function accepting(port: number): Promise<void> {
  const end = Date.now() + startMs;
  while (Date.now() < end) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port} after ${startMs / 1000} s`);
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** CPU time that a process has used so far, all threads, user and system, in µs (proc(5): fields 14 and 15). */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * (1_000_000 / ticksPerSecond);
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Resident memory of a process in MiB. */
export function residentMebibytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
