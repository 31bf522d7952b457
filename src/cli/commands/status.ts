import { type AdminAnswer, askAdmin } from "../ask-admin.ts";
import { bold, ExitCode, formatTable, type Terminal } from "../terminal.ts";

/** Where a gateway shows itself unless its configuration says otherwise. */
export const defaultAdmin = "127.0.0.1:9901";

/** What `status` was asked for. */
export interface StatusOptions {
  /** `host:port` or `unix:path` of the admin listener. */
  readonly admin: string;
  readonly json?: boolean;
}

/** `diglot status`: whether a gateway takes requests, and how its clusters are. */
export async function status(options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  const [readiness, clusters] = await Promise.all([
    askAdmin(options.admin, "/readyz"),
    askAdmin(options.admin, "/clusters"),
  ]);
  const fail = (message: string): ExitCode => {
    terminal.error(`error: ${message}\n`);
    return ExitCode.failed;
  };
  if (!readiness.ok) return fail(readiness.error);
  if (!clusters.ok) return fail(clusters.error);
  if (clusters.value.status !== 200) return fail(`${options.admin}: ${messageOf(clusters.value)}`);
  const state = textOf(asMap(readiness.value.body)["state"]);
  const rows = asList(asMap(clusters.value.body)["clusters"]).map(asMap);
  if (options.json === true) {
    const shown = { ready: readiness.value.status === 200, state, clusters: rows };
    terminal.out(`${JSON.stringify(shown, undefined, 2)}\n`);
  } else {
    terminal.out(`${bold(`gateway: ${state}`, terminal.colourOut)}\n`);
    for (const cluster of rows) terminal.out(`\n${describeCluster(cluster, terminal)}`);
  }
  return readiness.value.status === 200 ? ExitCode.ok : ExitCode.notReady;
}

type Fields = Readonly<Record<string, unknown>>;

function describeCluster(cluster: Fields, terminal: Terminal): string {
  const facts = ["inFlight", "pending"]
    .filter((key) => key in cluster)
    .map((key) => `${words(key)} ${textOf(cluster[key])}`);
  const breaker = textOf(asMap(cluster["breaker"])["kind"]);
  if (breaker !== "") facts.push(`breaker ${words(breaker)}`);
  const retries = asMap(cluster["retries"]);
  if ("made" in retries) {
    facts.push(`retries ${textOf(retries["made"])} (${textOf(retries["budget"])} left)`);
  }
  const name = bold(`cluster ${textOf(cluster["name"])}`, terminal.colourOut);
  const title = [name, textOf(cluster["policy"]), ...facts].filter((part) => part !== "");
  const endpoints = asList(cluster["endpoints"]).map(asMap);
  return `${title.join(", ")}\n${indented(formatTable(tableOf(endpoints)))}`;
}

/** All that is known of the endpoints, a newer gateway's words included: each simple field is a column. */
function tableOf(endpoints: readonly Fields[]): readonly (readonly string[])[] {
  const columns = [...new Set(endpoints.flatMap((endpoint) => Object.keys(endpoint)))].filter(
    (column) => endpoints.some((endpoint) => isSimple(endpoint[column])),
  );
  const heading = columns.map((column) => words(column).toUpperCase());
  return [
    heading,
    ...endpoints.map((endpoint) => columns.map((column) => textOf(endpoint[column]))),
  ];
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** `lastError` → `last error`. */
function words(key: string): string {
  return printable(key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function isSimple(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== "object";
}

function textOf(value: unknown): string {
  return isSimple(value) ? printable(String(value)) : "";
}

/** An upstream's own words are in errors: none of them may speak to the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

function messageOf({ status: code, body }: AdminAnswer): string {
  const message = textOf(asMap(body)["message"]);
  return message === "" ? `status ${code}` : message;
}

function asMap(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
