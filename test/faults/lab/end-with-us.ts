import process from "node:process";

const pids = new Set<number>();

/** Kills the process with this id when this process ends, however that comes about; gives what takes that back. */
export function endWithUs(pid: number): () => void {
  if (pids.size === 0) watch();
  pids.add(pid);
  return () => pids.delete(pid);
}

let isWatching = false;

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.once("exit", () => {
    for (const pid of pids) kill(pid);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => process.exit(1));
  }
}

/** A frozen process takes no other signal. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
