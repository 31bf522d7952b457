/** What Envoy is told. */
export interface EnvoyOptions {
  readonly port: number;
  readonly upstreamPort: number;
  readonly descriptorSet: string;
}

const types = "type.googleapis.com/envoy.extensions";
const largestBody = 8 * 1024 * 1024;

/**
 * Envoy as a transcoder with a JSON access log to /dev/null, as Diglot has it: no statistics sinks, no admin. Its limits
 * are raised to where the largest row passes.
 */
export function envoyConfig({ port, upstreamPort, descriptorSet }: EnvoyOptions): string {
  return JSON.stringify({
    static_resources: {
      listeners: [
        {
          name: "public",
          address: address(port),
          per_connection_buffer_limit_bytes: largestBody,
          filter_chains: [{ filters: [connectionManager(descriptorSet)] }],
        },
      ],
      clusters: [
        {
          name: "bench",
          type: "STATIC",
          connect_timeout: "1s",
          per_connection_buffer_limit_bytes: largestBody,
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": `${types}.upstreams.http.v3.HttpProtocolOptions`,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: "bench",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
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
      access_log: [accessLog],
      route_config: {
        virtual_hosts: [
          {
            name: "all",
            domains: ["*"],
            routes: [{ match: { prefix: "/" }, route: { cluster: "bench", timeout: "60s" } }],
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
            auto_mapping: true,
            convert_grpc_status: true,
            print_options: { stream_newline_delimited: true },
            max_request_body_size: largestBody,
            max_response_body_size: largestBody,
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

/** The fields of Diglot's own line that Envoy has a word for. */
const accessLog = {
  name: "envoy.access_loggers.file",
  typed_config: {
    "@type": `${types}.access_loggers.file.v3.FileAccessLog`,
    path: "/dev/null",
    log_format: {
      json_format: {
        time: "%START_TIME%",
        requestId: "%REQ(X-REQUEST-ID)%",
        method: "%REQ(:METHOD)%",
        path: "%PATH(NQ)%",
        status: "%RESPONSE_CODE%",
        grpcCode: "%GRPC_STATUS%",
        durationMs: "%DURATION%",
        bytesIn: "%BYTES_RECEIVED%",
        bytesOut: "%BYTES_SENT%",
        peer: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        protocol: "%PROTOCOL%",
        userAgent: "%REQ(USER-AGENT)%",
      },
    },
  },
};

function address(port: number): object {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}
