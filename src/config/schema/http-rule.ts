import { z } from "zod";
import { described, matching, someOf } from "./text.ts";

/** The keys of a google.api.HttpRule that say a method and a template. */
export const patternKeys = ["get", "put", "post", "delete", "patch"] as const;

/** One binding as written; exactly one pattern is checked apart, so that it is told with everything else. */
export interface BindingDocument {
  readonly get?: string | undefined;
  readonly put?: string | undefined;
  readonly post?: string | undefined;
  readonly delete?: string | undefined;
  readonly patch?: string | undefined;
  readonly custom?: { readonly kind: string; readonly path: string } | undefined;
  readonly body?: string | undefined;
  readonly response_body?: string | undefined;
}

export interface HttpRuleDocument extends BindingDocument {
  readonly additional_bindings?: readonly BindingDocument[] | undefined;
}

export interface SelectedRuleDocument extends HttpRuleDocument {
  readonly selector: string;
}

const template = matching(/^\/\S*$/, "a path template such as /v1/{name=shelves/*}", "template");
const fieldName = "expected a field name";

const binding = {
  get: described("Template that GET is served at.", template.optional()),
  put: described("Template that PUT is served at.", template.optional()),
  post: described("Template that POST is served at.", template.optional()),
  delete: described("Template that DELETE is served at.", template.optional()),
  patch: described("Template that PATCH is served at.", template.optional()),
  custom: described(
    "Template that another HTTP method is served at.",
    z
      .strictObject({
        kind: described(
          "The HTTP method, in upper case; * for any.",
          matching(/^(?:\*|[A-Z][A-Z-]{0,31})$/, "an HTTP method in upper case, or *"),
        ),
        path: described("The template.", template),
      })
      .optional(),
  ),
  body: described(
    "Field that the request's body is; * for the whole message. Without it there is no body.",
    matching(/^(?:\*|[A-Za-z_]\w*)$/, 'a field name, or "*"').optional(),
  ),
  response_body: described(
    "Field of the reply that is the response's body. Without it the whole message is.",
    z
      .string({ error: fieldName })
      .regex(/^[A-Za-z_]\w*$/, { error: fieldName })
      .optional(),
  ),
};
const onePattern = {
  oneOf: [...patternKeys, "custom"].map((key) => ({ required: [key] })),
};

const rule = {
  ...binding,
  additional_bindings: described(
    "Further bindings of the method; each has its own body and response_body.",
    someOf(z.strictObject(binding).meta(onePattern), "binding").optional(),
  ),
};

/** A google.api.HttpRule without its selector. */
export const httpRule: z.ZodType<HttpRuleDocument> = z.strictObject(rule).meta(onePattern);

/** A google.api.HttpRule of a service configuration. */
export const selectedHttpRule: z.ZodType<SelectedRuleDocument> = z
  .strictObject({
    selector: described(
      "The method that the rule is for: package.Service.Method.",
      matching(
        /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/,
        "a method such as library.v1.Library.GetBook",
        "selector",
      ),
    ),
    ...rule,
  })
  .meta(onePattern);
