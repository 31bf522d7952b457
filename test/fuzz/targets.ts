import type { FuzzTarget } from "./target.ts";
import { grpc } from "./targets/grpc.ts";
import { json } from "./targets/json.ts";
import { query } from "./targets/query.ts";
import { raw } from "./targets/raw.ts";
import { streams } from "./targets/streams.ts";
import { templates } from "./targets/templates.ts";

/** Every target, in the order in which they are run. */
export const targets: readonly FuzzTarget[] = [templates, query, json, grpc, raw, streams];
