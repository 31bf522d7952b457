// Nanoseconds for one match, with 10 and with 10,000 routes: node --import tsx bench/micro/route.ts

import process from "node:process";
import { buildRouteTable, parseTemplate, type RouteTable } from "../../src/route/index.ts";

interface Line {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

const lines: readonly Line[] = [
  { name: "literals only", method: "POST", path: "/library.v7.Library/GetBook" },
  { name: "one variable", method: "GET", path: "/v7/shelves/fantasy-and-more" },
  { name: "two variables", method: "GET", path: "/v7/shelves/12/books/the-name-of-the-wind" },
  { name: "a verb", method: "POST", path: "/v7/shelves/12/books/34:archive" },
  { name: "** and escapes", method: "GET", path: "/v7/files/a/b%20c/d%2Fe/report.pdf" },
  { name: "method not allowed", method: "PUT", path: "/v7/shelves/12" },
  { name: "not found", method: "GET", path: "/v7/readers/12/loans" },
];

/** Eight routes a version, so that all sizes hold version 7. */
function tableOf(size: number): RouteTable<number> {
  const routes = Array.from({ length: size }, (_, i) => {
    const v = Math.floor(i / 8) + (size <= 10 ? 7 : 0);
    const [method = "", text = ""] = [
      ["POST", `/library.v${v}.Library/GetBook`],
      ["GET", `/v${v}/shelves/{shelf}`],
      ["GET", `/v${v}/shelves/{shelf}/books/{book}`],
      ["POST", `/v${v}/{name=shelves/*/books/*}:archive`],
      ["GET", `/v${v}/files/{path=**}`],
      ["GET", `/v${v}/shelves`],
      ["DELETE", `/v${v}/{name=shelves/*/books/*}`],
      ["PATCH", `/v${v}/{book.name=shelves/*/books/*}`],
    ][i % 8] ?? ["", ""];
    const template = parseTemplate(text);
    if (!template.ok) throw new Error(template.error.message);
    return { method, template: template.value, value: i, name: `${method} ${text}` };
  });
  const table = buildRouteTable(routes, { trailingSlash: "strict", unescape: "all_except_slash" });
  if (!table.ok) throw new Error("routes conflict");
  return table.value;
}

/** Best of several rounds; the others hold what the machine did besides. */
function nanosecondsOf(table: RouteTable<number>, line: Line): number {
  const count = 200_000;
  let best = Number.POSITIVE_INFINITY;
  let found = 0;
  // As node:http gives it: a string made for this request, not one that was hashed before.
  const bytes = Buffer.from(line.path, "latin1");
  const paths = Array.from({ length: 1000 }, () => bytes.toString("latin1"));
  for (let round = 0; round < 7; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) {
      if (table.match(line.method, paths[i % 1000] ?? "").kind === "found") found++;
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
  }
  return found < 0 ? 0 : best;
}

const tables = [10, 10_000].map((size) => ({ size, table: tableOf(size) }));
console.log(`| ns per match | ${tables.map(({ size }) => `${size} routes`).join(" | ")} |`);
console.log("|---|--:|--:|");
for (const line of lines) {
  const cells = tables.map(({ table }) => nanosecondsOf(table, line).toFixed(0));
  console.log(`| ${line.name} | ${cells.join(" | ")} |`);
}

// The worst that a table of 8,192 routes and a path of 16 KiB can do to each other (P-22).
const adversarial = Array.from({ length: 8192 }, (_, i) => {
  const segments = Array.from({ length: 13 }, (_unused, bit) => ((i >> bit) & 1 ? "a" : "*"));
  const template = parseTemplate(`/${segments.join("/")}/z`);
  if (!template.ok) throw new Error(template.error.message);
  return { method: "GET", template: template.value, value: i, name: String(i) };
});
const worst = buildRouteTable(adversarial, { trailingSlash: "strict", unescape: "all" });
if (!worst.ok) throw new Error("routes conflict");
for (const [name, path] of [
  ["short", `${"/a".repeat(13)}/y`],
  ["16 KiB of segments", `${"/a".repeat(8190)}/y`],
  ["16 KiB in one segment", `${"/a".repeat(13)}/${"y".repeat(16_000)}`],
] as const) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 50; round++) {
    const start = process.hrtime.bigint();
    worst.value.match("GET", path);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  console.log(`adversarial, ${name}: ${best.toFixed(3)} ms`);
}
