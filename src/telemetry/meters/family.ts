/** One number of a family at one moment. */
export interface Sample {
  /** Put behind the family's name, as `_bucket` is; empty for none. */
  readonly suffix: "" | "_bucket" | "_sum" | "_count";
  /** The labels of the thing that is counted: one object for its life, so that they become text once. */
  readonly labels: Labels;
  /** What tells its samples apart, beside those; undefined where it has one. */
  readonly part: Labels | undefined;
  readonly value: number;
}

/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** Numbers of one meaning, told apart by labels; read when somebody asks for them. */
export interface MeterFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): readonly Sample[];
}

/** A number that is the family's own value. */
export function sampleOf(labels: Labels, value: number, part?: Labels): Sample {
  return { suffix: "", labels, part, value };
}
