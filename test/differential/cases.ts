import { bodyCases } from "./bodies.ts";
import type { Case } from "./case.ts";
import { pathCases } from "./paths.ts";
import { queryCases } from "./queries.ts";
import { replyCases } from "./replies.ts";

/** All requests, each name once. */
export const cases: readonly Case[] = [
  ...new Map(
    [...pathCases, ...queryCases, ...bodyCases, ...replyCases].map((one) => [one.name, one]),
  ).values(),
];
