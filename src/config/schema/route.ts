import { z } from "zod";
import { type HttpRuleDocument, httpRule } from "./http-rule.ts";
import { longestWait } from "./listener.ts";
import { type SwitchLevel, switchKeys } from "./switches.ts";
import { described, duration, matching, someText, switchValue } from "./text.ts";

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** One exception of a route, as written. */
export interface MethodDocument extends Optional<SwitchLevel> {
  readonly expose: boolean;
  readonly deadline?: number | undefined;
}

/** One route, as written; that it names a service or a method is checked apart. */
export interface RouteDocument extends Optional<SwitchLevel> {
  readonly service?: string | undefined;
  readonly rpc?: string | undefined;
  readonly http?: HttpRuleDocument | undefined;
  readonly cluster: string;
  readonly deadline?: number | undefined;
  readonly methods?: Readonly<Record<string, MethodDocument>> | undefined;
}

const deadline = duration({ least: "1ms", most: longestWait }).optional();

const method: z.ZodType<MethodDocument> = z.strictObject({
  expose: described(
    "Whether the method is served at all. Default true.",
    switchValue().prefault(true),
  ),
  deadline: described("How long a call may take. Default the route's.", deadline),
  ...switchKeys("of this method"),
});

/** One entry of `routes`. */
export const route: z.ZodType<RouteDocument> = z
  .strictObject({
    service: described(
      "Serve every HTTP rule of this service; package.* for all services of a package.",
      matching(
        /^(?:\*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\.\*)?)$/,
        "a service such as library.v1.Library or library.v1.*",
        "service",
      ).optional(),
    ),
    rpc: described(
      "Serve this method: package.Service/Method.",
      matching(
        /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\/[A-Za-z_]\w*$/,
        "a method such as helloworld.Greeter/SayHello",
        "rpc",
      ).optional(),
    ),
    http: described(
      "The method's HTTP rule, in the shape of google.api.http; it replaces the annotation.",
      httpRule.optional(),
    ),
    cluster: described("The cluster that is called.", someText("the name of a cluster")),
    deadline: described("How long a call may take. Default the cluster's.", deadline),
    methods: described(
      "Exceptions for methods of the service, by the method's own name.",
      z
        .record(z.string(), method)
        .meta({ propertyNames: { pattern: "^[A-Za-z_]\\w*$" } })
        .optional(),
    ),
    ...switchKeys("on this route"),
  })
  .meta({ oneOf: [{ required: ["service"] }, { required: ["rpc"] }] });
