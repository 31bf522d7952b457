import { ok, type Result } from "../base/index.ts";
import type { FilterConfig } from "../config/index.ts";
import type { DescMessage, Schema } from "../descriptor/index.ts";
import { type CallFilter, checkMessages } from "../http/index.ts";
import { loadMessageValidation } from "../validation/index.ts";

/** Gives the filters of these names for calls with messages of a type; the errors say which rules cannot be used. */
export type FilterCache = (
  names: readonly string[],
  message: DescMessage,
) => Result<readonly CallFilter[], readonly string[]>;

/** Makes a filter for the messages of a type; undefined where it has nothing to do with them. */
type FilterMaker = (message: DescMessage) => Result<CallFilter | undefined, readonly string[]>;

/** Starts the filters of a configuration, each once however many routes name it. */
export async function createFilters(
  configs: readonly FilterConfig[],
  schema: Schema,
): Promise<FilterCache> {
  const makers = new Map<string, FilterMaker>();
  for (const { name, type } of configs) makers.set(name, remembering(await makerOf[type](schema)));
  return (names, message) => {
    const filters: CallFilter[] = [];
    for (const name of names) {
      const made = makers.get(name)?.(message);
      if (made?.ok === false) return made;
      if (made?.value !== undefined) filters.push(made.value);
    }
    return ok(filters);
  };
}

const makerOf: Readonly<Record<FilterConfig["type"], (schema: Schema) => Promise<FilterMaker>>> = {
  async protovalidate(schema) {
    const validation = await loadMessageValidation(schema.registry);
    return (message) => {
      const check = validation.compile(message);
      return check.ok ? ok(check.value && checkMessages(check.value)) : check;
    };
  },
};

function remembering(make: FilterMaker): FilterMaker {
  const made = new Map<DescMessage, ReturnType<FilterMaker>>();
  return (message) => {
    let filter = made.get(message);
    if (filter === undefined) {
      filter = make(message);
      made.set(message, filter);
    }
    return filter;
  };
}
