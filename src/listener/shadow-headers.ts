/** What becomes of a header that another one's name stands behind: the request is refused, or the header is dropped. */
export type ShadowHeaders = "refuse" | "drop";

/**
 * Names with a dash that this gateway reads or sets itself. Back ends that read `_` as `-` (CGI, WSGI) would
 * take a client's `x_forwarded_for` for the gateway's own word.
 */
const ownNames: readonly string[] = [
  "content-encoding",
  "content-length",
  "content-type",
  "transfer-encoding",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
];

/**
 * The headers without those whose `_` shadows a `-`: of this request or of the gateway (faults.md, H1-21). The
 * very list, when there is none. `headers` is name, value, name, value with names in lower case.
 */
export function withoutShadows(headers: string[]): string[] {
  const names = new Set(ownNames);
  for (let i = 0; i < headers.length; i += 2) names.add(headers[i] ?? "");
  const kept = headers.filter((_, index) => !isShadow(headers[index - (index % 2)] ?? "", names));
  return kept.length === headers.length ? headers : kept;
}

function isShadow(name: string, names: ReadonlySet<string>): boolean {
  return name.includes("_") && names.has(name.replaceAll("_", "-"));
}
