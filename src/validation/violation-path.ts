import type { Violation } from "@bufbuild/protovalidate";

/** Where a violation is, in the spelling of JSON errors: `items[2].unitPrice`, `labels["a"]`. */
export function formatViolationPath(path: Violation["field"]): string {
  let text = "";
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
