// Compiles .proto files and descriptor sets into one schema model, and reads HTTP rules from it.
// It knows nothing of JSON, routes or the wire: it says what the types are, not what is done with them.
export type {
  DescEnum,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
  FileRegistry,
  Registry,
} from "@bufbuild/protobuf";
export { formatSymbol } from "./format/format-symbol.ts";
export { typeText } from "./format/type-text.ts";
export {
  type HttpRule,
  httpRulesOf,
  parseHttpRule,
  type SelectedHttpRules,
} from "./http-rule.ts";
export {
  listPackages,
  type MethodListing,
  type PackageListing,
  type ServiceListing,
} from "./list-packages.ts";
export { type LoadOptions, loadSchema, type Schema } from "./load-schema.ts";
export { type DescriptorProblem, formatProblem } from "./problem.ts";
export type { DescriptorSource, SourceLimits } from "./read/source.ts";
export { isRepeatable } from "./repeatable.ts";
export type { SchemaReport, SourceReport } from "./schema-report.ts";
export { commentsOf, placeOf, type SourceComments, type SourcePlace } from "./source-place.ts";
