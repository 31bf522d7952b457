/** One request that both gateways are asked. */
export interface Case {
  /** Unique; `theme: what is special`. */
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A GET. */
export function get(theme: string, target: string, headers: Case["headers"] = {}): Case {
  return { name: `${theme}: GET ${target}`, method: "GET", target, headers, body: undefined };
}

/** A request of any method without a body. */
export function bare(theme: string, method: string, target: string): Case {
  return { name: `${theme}: ${method} ${target}`, method, target, headers: {}, body: undefined };
}

/** A POST of JSON text as it is. */
export function post(theme: string, target: string, body: string, method = "POST"): Case {
  const headers = { "content-type": "application/json" };
  const shown = body.length > 60 ? `${body.slice(0, 60)}… (${body.length})` : body;
  return { name: `${theme}: ${method} ${target} ${shown}`, method, target, headers, body };
}
