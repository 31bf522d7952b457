import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Child, freePort, startChild } from "../../bench/harness/child.ts";
import { loadSchema } from "../../src/descriptor/index.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const lib = ".cache/peers/envoy/lib";

/** Envoy's binary where `npm run bench:peers` has put it; undefined when it is not there. */
export function envoyBinary(): string | undefined {
  if (!existsSync(lib)) return undefined;
  const python = readdirSync(lib).find((name) => name.startsWith("python")) ?? "";
  const file = join(lib, python, "site-packages/envoy/_bin/envoy");
  return existsSync(file) ? file : undefined;
}

/** The example's descriptors as Envoy takes them: it refuses a method whose response_body is a list. */
async function descriptorSet(): Promise<Uint8Array> {
  const schema = await loadSchema([{ kind: "protos", path: "protos" }]);
  if (!schema.ok) throw new Error(JSON.stringify(schema.error));
  const file = [...schema.value.registry.files].map(({ proto }) => ({
    ...proto,
    service: proto.service.map((service) => ({
      ...service,
      method: service.method.filter(({ name }) => name !== "ListTitles"),
    })),
  }));
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
}

const types = "type.googleapis.com/envoy.extensions";

/** Starts Envoy 1.40 as a transcoder in front of the example, its options at their defaults but for errors in JSON. */
export async function startEnvoy(file: string, upstreamPort: number): Promise<Child> {
  const folder = makeTemporaryFolder("envoy");
  const set = join(folder, "example.binpb");
  writeFileSync(set, await descriptorSet());
  const port = await freePort();
  const config = join(folder, "envoy.json");
  writeFileSync(config, JSON.stringify(configOf(port, upstreamPort, set)));
  const words = [
    "-c",
    config,
    "--concurrency",
    "1",
    "--log-level",
    "critical",
    "--disable-hot-restart",
  ];
  return startChild({
    name: "Envoy",
    file,
    words,
    port,
    output: "/dev/null",
    log: join(folder, "log"),
  });
}

function configOf(port: number, upstreamPort: number, set: string): object {
  const address = (at: number): object => ({
    socket_address: { address: "127.0.0.1", port_value: at },
  });
  const manager = {
    "@type": `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "public",
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: "library", timeout: "15s" } }],
        },
      ],
    },
    http_filters: [
      {
        name: "transcoder",
        typed_config: {
          "@type": `${types}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder`,
          proto_descriptor: set,
          services: ["library.v1.LibraryService", "library.v1.KitchenSinkService"],
          auto_mapping: true,
          convert_grpc_status: true,
        },
      },
      { name: "router", typed_config: { "@type": `${types}.filters.http.router.v3.Router` } },
    ],
  };
  return {
    static_resources: {
      listeners: [
        {
          name: "public",
          address: address(port),
          filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: "library",
          type: "STATIC",
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": `${types}.upstreams.http.v3.HttpProtocolOptions`,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: "library",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
          },
        },
      ],
    },
  };
}
