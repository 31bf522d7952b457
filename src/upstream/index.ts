// Clusters: sends calls to a set of endpoints over gRPC and judges what comes back.
// It knows no HTTP client, no JSON and no configuration file.
export type { Address } from "./address.ts";
export type { BackoffOptions } from "./backoff.ts";
export { type Cluster, createCluster } from "./cluster.ts";
export { DnsSource, type DnsSourceOptions } from "./discovery/dns-source.ts";
export { FileSource, type FileSourceOptions } from "./discovery/file-source.ts";
export { type Resolver, systemResolver } from "./discovery/resolver.ts";
export type { EndpointSource, EndpointSpec } from "./discovery/source.ts";
export type { ClusterObserver } from "./observer.ts";
export type { ConnectionOpener, UpstreamConnection } from "./open-connection.ts";
export type { ClusterOptions, OverflowOptions } from "./options.ts";
export type { RetryOptions } from "./retry.ts";
export type { ClusterStatus, EndpointStatus } from "./status.ts";
export { Credentials, readCertificates } from "./tls/credentials.ts";
export type { UpstreamTls } from "./tls/open-over-tls.ts";
export type { CertificateFiles, CertificateProblem } from "./tls/read-context.ts";
