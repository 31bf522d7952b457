/** What Envoy is told of the lab. */
export interface EnvoyOptions {
  readonly port: number;
  readonly endpointPorts: readonly number[];
  readonly descriptorSet: string;
}

const types = "type.googleapis.com/envoy.extensions";

/** Envoy as a transcoder with the counterparts of what Diglot is told in `gateways.ts`. */
export function envoyConfig({ port, endpointPorts, descriptorSet }: EnvoyOptions): string {
  return JSON.stringify({
    static_resources: {
      listeners: [
        {
          name: "public",
          address: address(port),
          filter_chains: [{ filters: [connectionManager(descriptorSet)] }],
        },
      ],
      clusters: [
        {
          name: "bench",
          type: "STATIC",
          connect_timeout: "1s",
          lb_policy: "ROUND_ROBIN",
          circuit_breakers: { thresholds: [{ max_retries: 100 }] },
          outlier_detection: {
            consecutive_5xx: 5,
            interval: "1s",
            base_ejection_time: "30s",
            max_ejection_percent: 10,
            always_eject_one_host: true,
          },
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": `${types}.upstreams.http.v3.HttpProtocolOptions`,
              explicit_http_config: {
                http2_protocol_options: {
                  connection_keepalive: { interval: "10s", timeout: "5s" },
                },
              },
            },
          },
          load_assignment: {
            cluster_name: "bench",
            endpoints: [
              {
                lb_endpoints: endpointPorts.map((at) => ({ endpoint: { address: address(at) } })),
              },
            ],
          },
        },
      ],
    },
  });
}

function connectionManager(descriptorSet: string): object {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type": `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: "public",
      codec_type: "HTTP1",
      route_config: {
        virtual_hosts: [
          {
            name: "all",
            domains: ["*"],
            // Paths as they are behind the transcoder. Echo has no side effects, EchoDoc may have.
            routes: [
              {
                match: { path: "/bench.v1.BenchService/Echo" },
                route: route("unavailable,connect-failure,refused-stream,reset"),
              },
              {
                match: { prefix: "/" },
                route: route("connect-failure,refused-stream,reset-before-request"),
              },
            ],
          },
        ],
      },
      http_filters: [
        {
          name: "envoy.filters.http.grpc_json_transcoder",
          typed_config: {
            "@type": `${types}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder`,
            proto_descriptor: descriptorSet,
            services: ["bench.v1.BenchService"],
            convert_grpc_status: true,
          },
        },
        {
          name: "envoy.filters.http.router",
          typed_config: { "@type": `${types}.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function route(retryOn: string): object {
  return {
    cluster: "bench",
    timeout: "2s",
    retry_policy: {
      retry_on: retryOn,
      num_retries: 2,
      per_try_timeout: "0.25s",
      retry_back_off: { base_interval: "0.025s", max_interval: "1s" },
      retry_host_predicate: [
        {
          name: "envoy.retry_host_predicates.previous_hosts",
          typed_config: {
            "@type": `${types}.retry.host.previous_hosts.v3.PreviousHostsPredicate`,
          },
        },
      ],
      host_selection_retry_max_attempts: 3,
    },
  };
}

function address(port: number): object {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}
