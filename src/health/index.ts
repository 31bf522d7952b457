// The health of endpoints: asked for by probes, and read off the calls that they answer.
// It knows no clusters, no balancing and no configuration; sockets and streams are opened for it.
export {
  createOutlierDetector,
  type OutlierChange,
  type OutlierDetector,
  type OutlierEnvironment,
  type OutlierStatus,
} from "./outlier-detector.ts";
export type {
  FailurePercentageOptions,
  OutlierOptions,
  SuccessRateOptions,
} from "./outlier-options.ts";
export type { EjectionCause, OutlierRecord } from "./outlier-record.ts";
