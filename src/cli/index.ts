// The command line: arguments, environment, signals, exit codes. The only room that touches the process.
// It knows what a person asks for; what is done about it is the gateway's.
export { runProgram } from "./program.ts";
export type { Terminal } from "./terminal.ts";
