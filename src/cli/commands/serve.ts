import process from "node:process";
import { systemClock, systemRandom } from "../../base/index.ts";
import { startGateway } from "../../gateway/index.ts";
import {
  createAccessLog,
  createLogger,
  descriptorDestination,
  type LogLevel,
  openLineSink,
} from "../../telemetry/index.ts";
import { loadFile, reportProblems } from "../load.ts";
import { ExitCode, type Terminal } from "../terminal.ts";

// Lines are gathered for one write: a write wakes a thread and the event loop, which costs as much as
// serving a request. A person who follows the log does not see the delay.
const gathering = { gatherMs: 20, gatherLength: 64 * 1024 };

/** Exit codes of a process that a second signal ended (128 + the signal's number). */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** `diglot serve`: runs until a signal, then drains. */
export async function serve(
  file: string,
  options: { readonly logLevel: LogLevel },
  terminal: Terminal,
): Promise<ExitCode> {
  const loaded = await loadFile(file);
  if (!loaded.ok) {
    reportProblems(loaded.error, terminal);
    return ExitCode.failed;
  }
  if (loaded.value.warnings.length > 0) reportProblems(loaded.value.warnings, terminal);
  const sink = openLineSink(descriptorDestination(1), { clock: systemClock, ...gathering });
  const logger = createLogger({ level: options.logLevel, sink, clock: systemClock });
  const started = await startGateway(loaded.value, {
    clock: systemClock,
    random: systemRandom,
    logger,
    logLevel: logger,
    accessLog: createAccessLog(sink),
  });
  if (!started.ok) {
    await sink.close();
    if (started.error.kind === "config") reportProblems(started.error.problems, terminal);
    else terminal.error(`error: ${started.error.message}\n`);
    return ExitCode.failed;
  }
  await firstSignal();
  await started.value.stop();
  await sink.close();
  return ExitCode.ok;
}

/** Settles at the first SIGTERM or SIGINT; a second one ends the process at once. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: "SIGINT" | "SIGTERM"): void => {
      if (isStopping) process.exit(signalCodes[signal]);
      isStopping = true;
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}
