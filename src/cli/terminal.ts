import process from "node:process";

/** What a command writes to and reads from: a terminal, a pipe, or a test. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Whether escapes for colour may be written to standard output, and to standard error. */
  readonly colourOut: boolean;
  readonly colourError: boolean;
}

/** How a command ends. The numbers are documented in `--help`. */
export const ExitCode = {
  ok: 0,
  /** The configuration or the descriptors are wrong, or a listener cannot be bound. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `explain` found no route, or the request would be refused. */
  noMatch: 3,
  /** `status`: the gateway takes no requests now. */
  notReady: 4,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The process's own streams. A reader that goes away, such as `head`, ends the output without a word. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(ExitCode.ok);
    });
  }
  return {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    colourOut: takesColour(process.stdout.isTTY),
    colourError: takesColour(process.stderr.isTTY),
  };
}

/** NO_COLOR and FORCE_COLOR win over what the stream is. */
function takesColour(isTerminal: boolean | undefined): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return isTerminal === true;
}

/** Bold text where colour may be written. */
export function bold(text: string, isColoured: boolean): string {
  return isColoured ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Rows as aligned columns, two spaces apart; the last column is not padded. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  const lines = rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}
