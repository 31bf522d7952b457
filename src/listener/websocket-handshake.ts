import { type Headers, headerValue } from "../exchange/index.ts";
import { type GatewayFailure, gatewayFailure } from "../rpc/index.ts";
import type { Head } from "./http1-head.ts";

/** Whether a request asks for a WebSocket (RFC 6455 §4.1), well or badly. */
export function asksForWebSocket(method: string, { upgrade, headers }: Head): boolean {
  return (
    method === "GET" &&
    upgrade?.toLowerCase() === "websocket" &&
    headerValue(headers, "sec-websocket-key") !== undefined
  );
}

/** 16 bytes in base64. */
const keyForm = /^[+/0-9A-Za-z]{22}==$/;

const protocolsForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/;

/** What is wrong with a handshake (RFC 6455 §4.2.1); undefined when nothing is. */
export function checkHandshake(method: string, head: Head): GatewayFailure | undefined {
  if (method !== "GET") return malformed("GET");
  if (head.declaredBytes !== 0) return malformed("no body");
  const { headers } = head;
  if (countOf(headers, "sec-websocket-version") !== 1) return badVersion;
  if (headerValue(headers, "sec-websocket-version") !== "13") return badVersion;
  if (countOf(headers, "sec-websocket-key") !== 1) return malformed("one sec-websocket-key");
  if (!keyForm.test(headerValue(headers, "sec-websocket-key") ?? "")) {
    return malformed("16 bytes of base64 as its sec-websocket-key");
  }
  return areProtocols(headers) ? undefined : malformed("distinct names as sec-websocket-protocol");
}

function areProtocols(headers: Headers): boolean {
  const count = countOf(headers, "sec-websocket-protocol");
  if (count === 0) return true;
  const value = headerValue(headers, "sec-websocket-protocol") ?? "";
  if (count > 1 || !protocolsForm.test(value)) return false;
  const names = value.split(",").map((name) => name.trim());
  return new Set(names).size === names.length;
}

function countOf(headers: Headers, name: string): number {
  let count = 0;
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) count++;
  return count;
}

function malformed(needs: string): GatewayFailure {
  return gatewayFailure("MALFORMED_HTTP", `the WebSocket handshake needs ${needs}`);
}

const badVersion = gatewayFailure(
  "MALFORMED_HTTP",
  "sec-websocket-version: only version 13 of WebSocket is served",
  { headers: ["sec-websocket-version", "13"] },
);
