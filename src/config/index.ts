// gateway.yaml becomes a typed, frozen configuration here, or a list of problems with their places.
// It knows no descriptors, no sockets and no process: files and the environment are passed in.
export type { LoadedDocument } from "./document/loaded-document.ts";
export type { PlainValue, ReferencedValue } from "./document/plain-value.ts";
export type {
  AdminConfig,
  BackoffConfig,
  BalanceConfig,
  BreakerConfig,
  CallSettings,
  ClusterConfig,
  CompressionConfig,
  DescriptorSource,
  DiscoveryConfig,
  EndpointAddress,
  EndpointConfig,
  FilterConfig,
  GatewayConfig,
  HashKeySource,
  HealthConfig,
  HealthProbe,
  HttpRule,
  HttpRuleBinding,
  JsonSwitches,
  ListenAddress,
  ListenerConfig,
  ListenerLimits,
  MetadataConfig,
  MethodConfig,
  OutlierConfig,
  OverflowConfig,
  RestSwitches,
  RetryConfig,
  RouteConfig,
  RpcRoute,
  SelectedHttpRule,
  ServiceRoute,
  StreamSwitches,
  Switches,
  UpstreamTlsConfig,
} from "./gateway-config.ts";
export { type ConfigSources, type LoadedConfig, loadConfig, parseConfig } from "./load-config.ts";
export { parseEndpoints } from "./load-endpoints.ts";
export {
  type ConfigProblems,
  type DocumentPath,
  type Finding,
  formatPath,
  type Note,
  type Place,
  type Problem,
  sortProblems,
} from "./problem.ts";
export { type FormatOptions, formatProblems } from "./report/format-problems.ts";
export { problemsToJson, problemsToSarif } from "./report/machine-formats.ts";
export { jsonSchema } from "./schema/json-schema.ts";
