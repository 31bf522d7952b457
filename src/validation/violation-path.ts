import type { Violation } from "@bufbuild/protovalidate";

/**
 * Where a violation is, in the spelling of JSON errors: `items[2].unitPrice`, `labels["a"]`. It begins with
 * `index`, the place of the message in its stream, where there is one: `[1].items`.
 */
export function formatViolationPath(path: Violation["field"], index: number | undefined): string {
  let text = index === undefined ? "" : `[${index}]`;
  for (const step of path) {
    switch (step.kind) {
      case "field":
        text += text === "" ? step.jsonName : `.${step.jsonName}`;
        break;
      case "oneof":
        text += text === "" ? step.name : `.${step.name}`;
        break;
      case "extension":
        text += `[${step.typeName}]`;
        break;
      case "list_sub":
        text += `[${step.index}]`;
        break;
      case "map_sub":
        text += typeof step.key === "string" ? `[${JSON.stringify(step.key)}]` : `[${step.key}]`;
        break;
    }
  }
  return text;
}
