import { formatSymbol, listPackages, type MethodListing } from "../../descriptor/index.ts";
import { compileFile, reportProblems } from "../load.ts";
import { ExitCode, type Terminal } from "../terminal.ts";

/** `diglot descriptors`: what was loaded: sources, packages, services, methods and their HTTP rules. */
export async function descriptors(
  file: string,
  options: { readonly json?: boolean; readonly proto?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const result = await compileFile(file);
  if (!result.ok) {
    reportProblems(result.error, terminal);
    return ExitCode.failed;
  }
  const { schema } = result.value.compiled;
  if (options.proto !== undefined) {
    const text = formatSymbol(schema.registry, options.proto);
    if (text === undefined) {
      terminal.error(`error: no "${options.proto}" in the descriptors\n`);
      return ExitCode.noMatch;
    }
    terminal.out(text.endsWith("\n") ? text : `${text}\n`);
    return ExitCode.ok;
  }
  const packages = listPackages(schema);
  if (options.json === true) {
    const plain = packages.map(({ services, ...rest }) => ({
      ...rest,
      services: services.map(({ name, methods }) => ({ name, methods })),
    }));
    terminal.out(`${JSON.stringify({ report: schema.report, packages: plain }, undefined, 2)}\n`);
    return ExitCode.ok;
  }
  for (const source of schema.report.sources) {
    terminal.out(
      `${source.kind} ${source.source}: ${source.files} files, ${source.messages} messages, ` +
        `${source.enums} enums, ${source.services} services, ${source.methods} methods, ` +
        `${source.httpRules} HTTP rules, ${source.bytes} bytes, ${source.milliseconds.toFixed(1)} ms\n`,
    );
  }
  for (const warning of schema.report.warnings) terminal.out(`warning: ${warning}\n`);
  for (const { services } of packages) {
    for (const { name, methods } of services) {
      terminal.out(`\nservice ${name}\n${methods.map(formatMethod).join("")}`);
    }
  }
  return ExitCode.ok;
}

function formatMethod(method: MethodListing): string {
  const { kind } = method;
  const takesStream = kind === "client_streaming" || kind === "bidi_streaming";
  const givesStream = kind === "server_streaming" || kind === "bidi_streaming";
  const input = takesStream ? `stream ${method.input}` : method.input;
  const output = givesStream ? `stream ${method.output}` : method.output;
  const rules = method.rules.map(
    ({ kind: verb, template, body }) =>
      `      ${verb.toUpperCase()} ${template}${body === "" ? "" : `  body: ${body}`}\n`,
  );
  return `  ${method.name}(${input}) returns (${output})\n${rules.join("")}`;
}
