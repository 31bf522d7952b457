import { z } from "zod";
import { type HttpRuleDocument, httpRule } from "./http-rule.ts";
import { longestWait } from "./listener.ts";
import { type SwitchLevel, switchKeys } from "./switches.ts";
import { described, duration, matching, someText, switchValue } from "./text.ts";

/** HTTP status of a reply that is well. */
export type SuccessStatus = 200 | 201 | 202 | 204;

/** One exception of a route, as written. */
export interface MethodDocument extends SwitchLevel {
  readonly expose: boolean;
  readonly deadline?: number | undefined;
  readonly status?: SuccessStatus | undefined;
  readonly filters?: readonly string[] | undefined;
}

/** One route, as written; that it names a service or a method is checked apart. */
export interface RouteDocument extends SwitchLevel {
  readonly service?: string | undefined;
  readonly rpc?: string | undefined;
  readonly http?: HttpRuleDocument | undefined;
  readonly cluster: string;
  readonly subset?: Readonly<Record<string, string>> | undefined;
  readonly deadline?: number | undefined;
  readonly status?: SuccessStatus | undefined;
  readonly filters?: readonly string[] | undefined;
  readonly methods?: Readonly<Record<string, MethodDocument>> | undefined;
}

const deadline = duration({ least: "1ms", most: longestWait }).optional();

const status = z
  .literal([200, 201, 202, 204], { error: "expected 200, 201, 202 or 204" })
  .optional();

const filters = z.array(someText("the name of a filter")).optional();

const method: z.ZodType<MethodDocument> = z.strictObject({
  expose: described(
    "Whether the method is served at all. Default true.",
    switchValue().prefault(true),
  ),
  deadline: described("How long a call may take. Default the route's.", deadline),
  status: described("HTTP status of a reply that is well. Default 200.", status),
  filters: described("Filters that calls pass, in order. Default the route's.", filters),
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
    subset: described(
      "Only endpoints with this metadata are called: a value for each name of the cluster's subset_by. Default all.",
      z.record(z.string(), z.string()).optional(),
    ),
    deadline: described("How long a call may take. Default the cluster's.", deadline),
    status: described("With rpc: HTTP status of a reply that is well. Default 200.", status),
    filters: described("Filters that calls pass, in order. Default none.", filters),
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
