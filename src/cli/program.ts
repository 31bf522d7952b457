import { Command, CommanderError, Option } from "commander";
import { jsonSchema } from "../config/index.ts";
import type { LogLevel } from "../telemetry/index.ts";
import { type CheckFormat, check } from "./commands/check.ts";
import { descriptors } from "./commands/descriptors.ts";
import { type ExplainOptions, explain } from "./commands/explain.ts";
import { routes } from "./commands/routes.ts";
import { serve } from "./commands/serve.ts";
import { defaultAdmin, type StatusOptions, status } from "./commands/status.ts";
import { defaultFile } from "./load.ts";
import { ExitCode, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const examples = `
Examples:
  diglot serve                                 serve what gateway.yaml says, until SIGTERM or SIGINT
  diglot check gateway.yaml                    find every mistake without serving; for CI: --format sarif
  diglot routes | grep books                   every method and path, and the RPC it leads to
  diglot explain GET '/v1/books/7?view=FULL'   what a request becomes, or why no route takes it
  diglot descriptors --proto library.v1.Book   what was loaded, or one declaration
  diglot status --admin 127.0.0.1:9901         whether a gateway takes requests, and how its clusters are
  diglot schema > gateway.schema.json          JSON Schema of gateway.yaml, for editors

Exit codes:
  0  all is well
  1  the configuration or the descriptors are wrong, a listener cannot be bound, or a gateway does not answer
  2  the command line is wrong
  3  explain: no route takes the request, or it would be refused
  4  status: the gateway takes no requests now`;

/** Runs one command line, without the program's own name; gives the exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = describeProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  return exitCode;
}

function describeProgram(terminal: Terminal, setExit: (code: ExitCode) => void): Command {
  const program = new Command("diglot")
    .description("REST and JSON in front of your gRPC services.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(diglot --help says more)")
    .addHelpText("after", examples);
  program
    .command("serve")
    .description(
      "Serve until SIGTERM or SIGINT; requests in flight then finish. A second signal ends at once.",
    )
    .argument("[file]", "configuration", defaultFile)
    .addOption(
      new Option("--log-level <level>", "least severe line of the log")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .action(async (file: string, options: { logLevel: LogLevel }) =>
      setExit(await serve(file, options, terminal)),
    );
  program
    .command("check")
    .description("Check a configuration and its descriptors; every error at once.")
    .argument("[file]", "configuration; - is standard input", defaultFile)
    .addOption(
      new Option("--format <format>", "how to print")
        .choices(["text", "json", "sarif"])
        .default("text"),
    )
    .action(async (file: string, options: { format: CheckFormat }) =>
      setExit(await check(file, options, terminal)),
    );
  program
    .command("routes")
    .description("List every method and path that is served.")
    .argument("[file]", "configuration", defaultFile)
    .option("--json", "as JSON")
    .action(async (file: string, options: { json?: boolean }) =>
      setExit(await routes(file, options, terminal)),
    );
  program
    .command("explain")
    .description(
      "Say what a request becomes: its route, the message, the call; or why near routes lost.",
    )
    .argument("<method>", "HTTP method")
    .argument("<target>", "path and query, as a client sends them")
    .option("-c, --config <file>", "configuration", defaultFile)
    .option("-d, --data <body>", "request body, or @file")
    .option("-H, --header <header>", "request header; may be repeated", collect, [])
    .option("-l, --listener <name>", "listener; the first one by default")
    .action(async (method: string, target: string, options: ExplainOptions) =>
      setExit(await explain(method, target, options, terminal)),
    );
  program
    .command("descriptors")
    .description("Show what was loaded: sources, services, methods and their HTTP rules.")
    .argument("[file]", "configuration", defaultFile)
    .option("--json", "as JSON")
    .option("--proto <symbol>", "print one declaration as .proto text")
    .action(async (file: string, options: { json?: boolean; proto?: string }) =>
      setExit(await descriptors(file, options, terminal)),
    );
  program
    .command("status")
    .description("Say whether a running gateway takes requests, and how its clusters are.")
    .option("--admin <address>", "its admin listener: host:port or unix:path", defaultAdmin)
    .option("--json", "as JSON")
    .action(async (options: StatusOptions) => setExit(await status(options, terminal)));
  program
    .command("schema")
    .description("Print the JSON Schema of the configuration.")
    .action(() => terminal.out(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`));
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
