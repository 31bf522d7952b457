import { isSecretName, redactText } from "../../telemetry/index.ts";
import type { PlainValue } from "./plain-value.ts";

const censor = "[redacted]";

/** A value that is one reference without a default, and so tells nothing but where it comes from. */
const wholeReference = /^\$\{(?:env:\w+|file:[^}]*)\}$/;

/** A default for a variable that is named as a secret is one itself. */
const secretDefault = /(\$\{env:\w*(?:TOKEN|SECRET|PASS|KEY|CRED)\w*:-)[^}]*\}/gi;

/** Private keys and what they are kept in: their place is nobody's business either (faults.md, A-27). */
const keyNames = new Set(["key", "key_file", "private_key"]);

/**
 * The document as it may be shown: references stand as they are written, never for their values, and what is kept
 * under the name of a secret is left out even where it is written down.
 */
export function redactDocument(value: PlainValue): PlainValue {
  return redact(value, false);
}

function redact(value: PlainValue, isSecret: boolean): PlainValue {
  if (typeof value === "string") {
    if (isSecret) return wholeReference.test(value) ? value : censor;
    return redactText(value.replace(secretDefault, `$1${censor}}`));
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, isSecret));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [
        key,
        redact(child, isSecret || isSecretName(key) || keyNames.has(key)),
      ]),
    );
  }
  return isSecret && typeof value === "number" ? censor : value;
}
