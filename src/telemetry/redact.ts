import { decodePercent } from "../base/index.ts";

// What is never logged, wherever it stands: values of these names, in any case and with - or _ or neither.
const secretNames = new Set([
  "accesskey",
  "accesstoken",
  "apikey",
  "authorization",
  "clientsecret",
  "cookie",
  "credentials",
  "idtoken",
  "keyfile",
  "passphrase",
  "passwd",
  "password",
  "privatekey",
  "proxyauthorization",
  "refreshtoken",
  "secret",
  "sessionid",
  "setcookie",
  "sig",
  "signature",
  "token",
  "xapikey",
  "xauthtoken",
]);

const censor = "[redacted]";
const maxDepth = 6;
const maxItems = 100;
const maxTextLength = 8192;

const credentials = /\b(Bearer|Basic|Digest|Negotiate)\s+[\w.~+/=:-]+/gi;
const privateKeys = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g;
const userInfo = /(\/\/)[^/@\s]+@/g;
const parameters = /([?&]|^)([^=&#\s]{1,64})=([^&#\s]*)/g;

/** Whether a field, header or parameter of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secretNames.has(name.toLowerCase().replaceAll(/[-_]/g, ""));
}

/** A text for the log, without credentials, private keys, passwords in URLs and secret query parameters. */
export function redactText(text: string): string {
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}...` : text;
  return redactQuery(
    short
      .replace(privateKeys, censor)
      .replace(credentials, `$1 ${censor}`)
      .replace(userInfo, `$1${censor}@`),
  );
}

/** A query string with the values of secret parameters replaced. */
export function redactQuery(query: string): string {
  if (!query.includes("=")) return query;
  return query.replace(parameters, (whole, before: string, name: string) =>
    isSecretName(decodePercent(name) ?? name) ? `${before}${name}=${censor}` : whole,
  );
}

/**
 * The fields of a log line as plain data: secrets replaced, errors as name, message, stack and cause, depth and
 * length bounded so that nothing logged can grow without end.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  // fromEntries, because an assignment to `__proto__` would not make a field.
  return Object.fromEntries(
    Object.entries(object)
      .slice(0, maxItems)
      .map(([name, value]: [string, unknown]) => [
        name,
        isSecretName(name) && value !== undefined ? censor : redactValue(value, depth),
      ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "[deeper]";
  if (value instanceof Error) return redactError(value, depth + 1);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return redactList(value, depth + 1);
  const object = value instanceof Map ? objectOf(value) : value;
  return redactObject(object, depth + 1);
}

function objectOf(map: ReadonlyMap<unknown, unknown>): object {
  return Object.fromEntries([...map].map(([name, value]) => [String(name), value]));
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const fields = { ...error, name, message, stack };
  return redactObject(cause === undefined ? fields : { ...fields, cause }, depth);
}

/** Headers are lists of name, value, name, value: what follows a secret name is its value. */
function redactList(list: readonly unknown[], depth: number): unknown[] {
  return list.slice(0, maxItems).map((item, index) => {
    const before = list[index - 1];
    const isValue = typeof before === "string" && index % 2 === 1 && isSecretName(before);
    return isValue ? censor : redactValue(item, depth);
  });
}
