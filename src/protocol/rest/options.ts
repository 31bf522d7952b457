/** The switches of one REST binding, resolved on load. The defaults are the configuration's. */
export interface RestOptions {
  readonly json: JsonSwitches;
  /** Query parameters that name no field are dropped instead of answered with 400. */
  readonly ignoreUnknownQuery: boolean;
  /** Query parameters that are always dropped, by name. */
  readonly ignoredQueryParameters: readonly string[];
  /** Whether `+` in a query is a space. */
  readonly plusAsSpace: boolean;
  readonly limits: RestLimits;
  readonly metadata: MetadataRules;
  /** How long a call may take, in ms. A client's `grpc-timeout` can only shorten it. */
  readonly deadlineMs: number;
}

/** What a request or a reply may be at most. */
export interface RestLimits {
  /** Request body as sent and as decoded, in bytes. */
  readonly bodyBytes: number;
  /** Reply message, in bytes. */
  readonly replyBytes: number;
  readonly jsonDepth: number;
  readonly queryParameters: number;
}

/** How JSON is read and printed. */
export interface JsonSwitches {
  readonly emitDefaults: boolean;
  readonly enumsAsIntegers: boolean;
  readonly preserveProtoNames: boolean;
  readonly int64AsNumber: boolean;
  readonly pretty: boolean;
  readonly ignoreUnknownFields: boolean;
  readonly caseInsensitiveEnums: boolean;
}

/** How HTTP headers and gRPC metadata become each other. */
export interface MetadataRules {
  /** Header names, in lower case, that never become metadata. */
  readonly remove: readonly string[];
  /** Put in front of the names of reply metadata; empty for none. */
  readonly prefix: string;
  /** Reply metadata name whose value sets the HTTP status; undefined for none. */
  readonly statusHeader: string | undefined;
}
