// What the gateway tells those who run it: log lines and the record of every request.
// It knows no protocol and decides nothing; it can lose lines but never hold up or fail a request.
export { type AccessLog, type AccessRecord, createAccessLog } from "./access-log.ts";
export { descriptorDestination } from "./descriptor.ts";
export {
  type LineDestination,
  type LineSink,
  type LineSinkOptions,
  openLineSink,
} from "./line-sink.ts";
export {
  createLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from "./logger.ts";
