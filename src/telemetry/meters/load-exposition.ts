import type { Exposition } from "./exposition.ts";
import type { Meters } from "./meters.ts";

/** Makes meters readable. The library behind it is loaded here, so that a gateway that nobody asks does without. */
export async function loadExposition(meters: Meters): Promise<Exposition> {
  const { exposeMeters } = await import("./exposition.ts");
  return exposeMeters(meters.families);
}
