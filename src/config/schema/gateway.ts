import { z } from "zod";
import type { CompatName } from "../compat/presets.ts";
import type { ClusterConfig } from "../gateway-config.ts";
import { type AdminDocument, admin } from "./admin.ts";
import { cluster } from "./cluster.ts";
import { type SelectedRuleDocument, selectedHttpRule } from "./http-rule.ts";
import { compat, type ListenerDocument, listener } from "./listener.ts";
import { type RouteDocument, route } from "./route.ts";
import { type SwitchLevel, switchKeys } from "./switches.ts";
import { choice, described, namedMap, someOf, someText } from "./text.ts";

/** One entry of `descriptors`, as written; exactly one of protos and set is checked apart. */
export interface DescriptorDocument {
  readonly protos?: string | undefined;
  readonly imports?: readonly string[] | undefined;
  readonly set?: string | undefined;
}

/** The document after the schema: units are numbers, defaults are filled in, levels are not merged yet. */
export interface GatewayDocument extends SwitchLevel {
  readonly version: 1;
  readonly listeners: Readonly<Record<string, ListenerDocument>>;
  readonly descriptors: readonly DescriptorDocument[];
  readonly clusters: Readonly<Record<string, Omit<ClusterConfig, "name">>>;
  readonly routes: readonly RouteDocument[];
  readonly http?: { readonly rules: readonly SelectedRuleDocument[] } | undefined;
  readonly filters?: Readonly<Record<string, { readonly type: "protovalidate" }>> | undefined;
  readonly compat?: CompatName | undefined;
  readonly admin?: AdminDocument | undefined;
}

const descriptorSource: z.ZodType<DescriptorDocument> = z
  .strictObject({
    protos: described(
      "A .proto file, or a folder of them, compiled in process.",
      someText("a path").optional(),
    ),
    imports: described(
      "Folders in which imports of these .proto files are looked for, after their own.",
      z.array(someText("a path")).optional(),
    ),
    set: described(
      "A FileDescriptorSet: protoc --include_imports --descriptor_set_out, or buf build -o.",
      someText("a path").optional(),
    ),
  })
  .meta({ oneOf: [{ required: ["protos"] }, { required: ["set"] }] });

/** The whole document. */
export const gatewayDocument: z.ZodType<GatewayDocument> = z
  .strictObject({
    $schema: described("Where an editor finds the JSON Schema. Not read.", z.string().optional()),
    version: described("Version of this format: 1.", z.literal(1)),
    admin: described(
      "Where the gateway shows itself: health, clusters, routes, metrics. Absent: nowhere.",
      admin.optional(),
    ),
    listeners: described("Where clients come in, by name.", namedMap(listener, "listener")),
    descriptors: described(
      "Where the protobuf schema comes from.",
      someOf(descriptorSource, "source of descriptors"),
    ),
    clusters: described("The upstreams, by name.", namedMap(cluster, "cluster")),
    routes: described("What is served, and by which cluster.", someOf(route, "route")),
    http: described(
      "HTTP rules by selector, in the shape of google.api.Service; they replace annotations.",
      z.strictObject({ rules: described("The rules.", z.array(selectedHttpRule)) }).optional(),
    ),
    filters: described(
      "What calls pass before they go up, by name; routes name them.",
      namedMap(
        z.strictObject({
          type: described(
            "protovalidate: refuse messages that break their buf.validate rules.",
            choice("a type of filter", ["protovalidate"]),
          ),
        }),
        "filter",
      ).optional(),
    ),
    compat: described(
      "Behave as another gateway does: envoy or grpc-gateway. Default none.",
      compat.optional(),
    ),
    ...switchKeys("where a route says nothing"),
  })
  .meta({ title: "gateway.yaml", description: "Configuration of the Diglot gateway." });
