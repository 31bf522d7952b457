import type { Dice } from "./dice.ts";

/** What a campaign drives: something that takes inputs and must keep its promises for each of them. */
export interface FuzzTarget<Input = unknown> {
  readonly name: string;
  /** One input: a JSON value, with bytes as latin1 text, so that it can be printed, shrunk and kept as a row. */
  generate(dice: Dice): Input;
  open(): Promise<OpenTarget<Input>>;
}

/** A target that runs. */
export interface OpenTarget<Input = unknown> {
  /** Tries one input; gives what is wrong with the outcome, undefined when nothing is. */
  run(input: Input): Promise<string | undefined>;
  close(): Promise<void>;
}
