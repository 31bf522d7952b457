import { httpStatusOfCode, type ReasonFacts, reasons } from "../../src/rpc/index.ts";
import { quote, type WireAnswer } from "./answers.ts";

/**
 * What is wrong with an answer (transcoding.md §4 to §6); undefined when nothing is. `takesAnyType`: a success
 * may have any body.
 */
export function judge(answer: WireAnswer, takesAnyType: boolean): string | undefined {
  const { status } = answer;
  if (status === 100) return undefined;
  if (status >= 300 && status < 400) return `status ${status}`;
  if (status < 200) return `status ${status}`;
  if (status < 300 && takesAnyType) return undefined;
  const problem = status < 300 ? judgeSuccess(answer) : judgeError(answer);
  return problem && `${status}: ${problem}: ${quote(answer.body)}`;
}

const streamTypes = ["application/x-ndjson", "text/event-stream"];

function judgeSuccess({ headers, body, framing }: WireAnswer): string | undefined {
  if (framing === "none") return undefined;
  const type = headers.get("content-type") ?? "";
  const isArray = headers.get("transfer-encoding") === "chunked" && type === "application/json";
  // An array has no place for a failure.
  if (framing === "cut" && isArray) return undefined;
  const text = body.toString("utf8");
  if (framing !== "cut" && !Buffer.from(text).equals(body)) return "a body that is not UTF-8";
  if (type === streamTypes[0]) return judgeLines(text) ?? judgeEnd(failureLine(text), framing);
  if (type === streamTypes[1]) return judgeEvents(text) ?? judgeEnd(failureEvent(text), framing);
  if (framing === "cut") return "a body that is cut";
  if (type !== "application/json") return `content-type ${JSON.stringify(type)}`;
  return parsed(text) === undefined ? "a body that is not JSON" : undefined;
}

function judgeLines(text: string): string | undefined {
  if (text !== "" && !text.endsWith("\n")) return "a last line without an end";
  const values = text.split("\n").slice(0, -1).map(parsed);
  if (values.includes(undefined)) return "a line that is not JSON";
  const last = values.findIndex((line) => isObject(line) && "error" in line);
  if (last < 0) return undefined;
  if (last !== values.length - 1) return "a line behind the failure";
  const value = values[last];
  return isObject(value) ? judgeStatus(value["error"]) : undefined;
}

const event = /^(?:id: [0-9]+\ndata: (.*)|event: error\ndata: (.*)|:)$/;

function judgeEvents(text: string): string | undefined {
  if (text !== "" && !text.endsWith("\n\n")) return "a last event without an end";
  for (const block of text.split("\n\n").slice(0, -1)) {
    const groups: readonly (string | undefined)[] | null = event.exec(block);
    if (groups === null) return "no event";
    const [, data, failure] = groups;
    if (data !== undefined && parsed(data) === undefined) return "an event that is not JSON";
    const problem = failure === undefined ? undefined : judgeStatus(parsed(failure));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The google.rpc.Status that lines end with; undefined when they end with a message. */
function failureLine(text: string): unknown {
  const last = parsed(text.split("\n").at(-2) ?? "");
  return isObject(last) ? last["error"] : undefined;
}

/** The google.rpc.Status that events end with; undefined when they end with a message. */
function failureEvent(text: string): unknown {
  const [, , failure] = event.exec(text.split("\n\n").at(-2) ?? "") ?? [];
  return failure === undefined ? undefined : parsed(failure);
}

/**
 * A stream that broke is cut behind its failure, and no other one is (faults.md, U-08). Without chunks (HTTP/1.0)
 * nothing tells the two apart.
 */
function judgeEnd(failure: unknown, framing: WireAnswer["framing"]): string | undefined {
  if (framing === "close") return undefined;
  const isCut = framing === "cut";
  if (isCut && failure === undefined) return "a body that is cut, and does not end with a failure";
  if (isCut === isBreak(failure)) return undefined;
  return isCut ? "a body that is cut behind no break" : "a body that broke and ends as if whole";
}

/** Whether a failure is the gateway's own, and not of the client's making. */
function isBreak(failure: unknown): boolean {
  if (!isObject(failure)) return false;
  const reason = reasonOf(failure);
  if (reason === undefined) return false;
  return (factsOf(reason)?.http ?? httpStatusOfCode(Number(failure["code"]))) >= 500;
}

function judgeError(answer: WireAnswer): string | undefined {
  const { status, headers, body, framing } = answer;
  if (framing === "none") return undefined;
  if (framing !== "length") return `an error whose body ends by "${framing}"`;
  if (headers.get("content-type") !== "application/json") return "an error that is not JSON";
  const value = parsed(body.toString("utf8"));
  return judgeStatus(value) ?? judgeHttpStatus(value, status);
}

/** The google.rpc.Status of transcoding.md §5, and a reason of our own that is in the table and no bug. */
function judgeStatus(value: unknown): string | undefined {
  if (!isObject(value)) return "no google.rpc.Status";
  const { code, message, details } = value;
  if (!Number.isInteger(code) || Number(code) < 1 || Number(code) > 16) return "no code";
  if (typeof message !== "string" || !Array.isArray(details)) return "no message or no details";
  if (Object.keys(value).length !== 3) return "more than a google.rpc.Status";
  if (!details.every((detail) => isObject(detail) && typeof detail["@type"] === "string"))
    return "a detail without a type";
  const reason = reasonOf(value);
  if (reason === undefined) return undefined;
  if (reason === "INTERNAL") return "the gateway threw";
  const facts = factsOf(reason);
  if (facts === undefined) return `the unknown reason ${reason}`;
  // What an upstream answers without a sound status has a code by its HTTP status (gRPC "HTTP to gRPC Status Code Mapping").
  const isFixed = reason !== "UPSTREAM_NOT_GRPC" && reason !== "UPSTREAM_PROTOCOL_ERROR";
  return isFixed && facts.code !== code ? `the reason ${reason} with the code ${code}` : undefined;
}

function judgeHttpStatus(value: unknown, status: number): string | undefined {
  if (!isObject(value)) return undefined;
  const facts = factsOf(reasonOf(value) ?? "");
  const want = facts?.http ?? httpStatusOfCode(Number(value["code"]));
  return want === status ? undefined : `a failure that is ${want} over HTTP`;
}

function factsOf(reason: string): ReasonFacts | undefined {
  return Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : undefined;
}

/** The reason of an answer's ErrorInfo with the domain `diglot`. */
function reasonOf(status: unknown): string | undefined {
  if (!isObject(status) || !Array.isArray(status["details"])) return undefined;
  const details: readonly unknown[] = status["details"];
  const info = details.findLast((detail) => isObject(detail) && detail["domain"] === "diglot");
  return isObject(info) ? String(info["reason"]) : undefined;
}

/** Whether the answer says that all went well, to its last byte. */
export function isWholeSuccess({ status, framing, headers, body }: WireAnswer): boolean {
  if (status >= 300 || status < 200 || framing === "cut") return false;
  const text = body.toString("utf8");
  const type = headers.get("content-type");
  if (type === streamTypes[0]) return !/(?:^|\n)\{"error":\{"code":[^\n]*\n$/.test(text);
  if (type === streamTypes[1]) return !text.includes("event: error\n");
  return true;
}

/** The JSON of a body; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
