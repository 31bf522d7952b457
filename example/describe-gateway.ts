import type { Gateway } from "../src/gateway/index.ts";

/** The first screen of `npm start`: where everything is, what is served, and what to type next. */
export function describeGateway(gateway: Gateway, backendPort: number): string {
  const url = `http://${gateway.addresses.get("public") ?? "127.0.0.1"}`;
  return [
    "Routes of gateway.yaml (every method also at POST /package.Service/Method):",
    "",
    ...routeLines(gateway),
    "",
    `  REST and JSON   ${url}`,
    `  gRPC back end   127.0.0.1:${backendPort} (the example of example/)`,
    "",
    "Try it in another terminal:",
    "",
    `  curl ${url}/v1/shelves/novels/books/moby-dick`,
    "",
    "A line of JSON for every request follows; Ctrl+C stops.",
    "",
  ].join("\n");
}

function routeLines({ compiled }: Gateway): string[] {
  const rows = compiled.bindings
    .filter(({ rule, method }) => rule.template !== `/${method.parent.typeName}/${method.name}`)
    .map(({ rule, method }) => {
      const rpc = `${method.parent.name}.${method.name}`;
      return { kind: rule.kind, template: rule.template, rpc };
    });
  const width = Math.max(...rows.map(({ template }) => template.length));
  return rows.map(
    ({ kind, template, rpc }) => `  ${kind.padEnd(6)}  ${template.padEnd(width)}  ${rpc}`,
  );
}
