/**
 * Metadata or HTTP headers as one flat list: name, value, name, value. Names are in lower case and may
 * repeat; values are the text on the wire, so those of `-bin` names are base64. A flat list keeps order and
 * duplicates, takes any name (`__proto__` included) and costs one allocation.
 */
export type Metadata = readonly string[];

export const emptyMetadata: Metadata = [];

/** The first value of `name`, which must be in lower case; undefined when there is none. */
export function metadataValue(metadata: Metadata, name: string): string | undefined {
  for (let i = 0; i < metadata.length; i += 2) {
    if (metadata[i] === name) return metadata[i + 1];
  }
  return undefined;
}

/** How often `name`, in lower case, occurs. */
export function metadataCount(metadata: Metadata, name: string): number {
  let count = 0;
  for (let i = 0; i < metadata.length; i += 2) {
    if (metadata[i] === name) count++;
  }
  return count;
}
