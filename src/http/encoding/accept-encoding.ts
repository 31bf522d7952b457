/** The weight of each coding in an `accept-encoding` header (RFC 9110 §12.5.3). */
interface Weighted {
  readonly name: string;
  readonly quality: number;
}

/**
 * Chooses a coding by `accept-encoding`: the client's weights first, then the order of `names`. Undefined
 * leaves the body as it is, which is also what a client gets that names nothing it knows.
 */
export function chooseCoding<Name extends string>(
  header: string | undefined,
  names: readonly Name[],
): Name | undefined {
  if (header === undefined) return undefined;
  const weights = header.split(",").map(parseWeighted);
  const plain = weightOf("identity", weights) ?? 0;
  let best: Name | undefined;
  let bestQuality = 0;
  for (const name of names) {
    const quality = weightOf(name, weights) ?? weightOf("*", weights) ?? 0;
    if (quality > bestQuality) {
      best = name;
      bestQuality = quality;
    }
  }
  return bestQuality >= plain ? best : undefined;
}

function parseWeighted(text: string): Weighted {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return {
    name: name === "x-gzip" ? "gzip" : name,
    quality: quality >= 0 && quality <= 1 ? quality : 0,
  };
}

function weightOf(name: string, weights: readonly Weighted[]): number | undefined {
  return weights.find((weighted) => weighted.name === name)?.quality;
}
