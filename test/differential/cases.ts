import { bodyCases } from "./bodies.ts";
import type { Case } from "./case.ts";
import { pathCases } from "./paths.ts";
import { queryCases } from "./queries.ts";
import { replyCases } from "./replies.ts";
import { streamCases } from "./streams.ts";

/** All requests, in an order that their answers depend on: some change what the back end holds. */
export const cases: readonly Case[] = [
  ...pathCases,
  ...queryCases,
  ...bodyCases,
  ...replyCases,
  ...streamCases,
];
