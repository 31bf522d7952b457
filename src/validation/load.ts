import { fromBinary } from "@bufbuild/protobuf";
import type { Validator, Violation } from "@bufbuild/protovalidate";
import { err, ok, type Result } from "../base/index.ts";
import type { DescMessage, Registry } from "../descriptor/index.ts";
import { type Envelope, envelopePrefixBytes, type Failure, gatewayFailure } from "../rpc/index.ts";
import { hasRules, messagesIn } from "./has-rules.ts";
import { formatViolationPath } from "./violation-path.ts";

/**
 * Says what is wrong with a message on its way up; undefined when it keeps every rule. With `index`, its place in
 * a stream, the fields begin with that: `[1].count`.
 */
export type MessageCheck = (envelope: Envelope, index?: number) => Failure | undefined;

/** The rules of a schema. */
export interface MessageValidation {
  /**
   * The check of one message type; undefined when nothing in it, at any depth, has a rule, so that such
   * methods pay nothing. The errors are sentences, one about each rule that cannot be used.
   */
  compile(message: DescMessage): Result<MessageCheck | undefined, readonly string[]>;
}

/** Loads protovalidate, which a gateway without this filter never does, for the messages of a schema. */
export async function loadMessageValidation(registry: Registry): Promise<MessageValidation> {
  const { createValidator } = await import("@bufbuild/protovalidate");
  const { createRuleTrial } = await import("./try-rules.ts");
  const validator = createValidator({ registry });
  const tried = new Map<DescMessage, readonly string[]>();
  // Its own validator, so that what only the trial compiles goes away with it.
  const tryRules = createRuleTrial(createValidator({ registry }));
  const problemsOf = (message: DescMessage): readonly string[] => {
    let problems = tried.get(message);
    if (problems === undefined) {
      problems = tryRules(message);
      tried.set(message, problems);
    }
    return problems;
  };
  return {
    compile(message) {
      if (!hasRules(message)) return ok(undefined);
      const problems = messagesIn(message).flatMap(problemsOf);
      return problems.length === 0 ? ok(checkOf(validator, message)) : err(problems);
    },
  };
}

function checkOf(validator: Validator, message: DescMessage): MessageCheck {
  return (envelope, index) => {
    const decoded = fromBinary(message, envelope.subarray(envelopePrefixBytes));
    const result = validator.validate(message, decoded);
    if (result.kind === "valid") return undefined;
    if (result.kind === "invalid") return violationFailure(result.violations, index);
    const cause = `${message.typeName}: ${result.error.message}`;
    return gatewayFailure("INTERNAL", "a validation rule cannot be evaluated", { cause });
  };
}

function violationFailure(violations: readonly Violation[], index: number | undefined): Failure {
  const listed = violations.map((violation) => ({
    field: formatViolationPath(violation.field, index),
    // A key and its value have one path.
    description: violation.forKey ? `key: ${violation.message}` : violation.message,
  }));
  const [first] = listed;
  const place = first === undefined || first.field === "" ? "" : `${first.field}: `;
  const more = listed.length > 1 ? `; and ${listed.length - 1} more` : "";
  return gatewayFailure("CONSTRAINT_VIOLATION", `${place}${first?.description ?? ""}${more}`, {
    violations: listed,
  });
}
