import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Dice } from "./dice.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { shrink } from "./shrink.ts";
import type { FuzzTarget, OpenTarget } from "./target.ts";

/** How long a campaign runs. */
export interface CampaignOptions {
  readonly seed: number;
  /** Most inputs. */
  readonly cases: number;
  /** Ends the campaign before that. */
  readonly isOver: () => boolean;
  /** Told of every finding as it is made. */
  readonly onFinding: (finding: Finding) => void;
}

/** An input for which a promise is broken. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** Which input of the campaign it was, counted from 0. */
  readonly index: number;
  readonly problem: string;
  /** The smallest input found that breaks a promise. */
  readonly input: unknown;
}

/** What a campaign came to. */
export interface CampaignReport {
  readonly cases: number;
  readonly findings: readonly Finding[];
  /** Growth of the heap and of what it holds outside, after garbage collection, in bytes. */
  readonly heapGrowth: number;
  readonly peakRss: number;
}

/** Nothing may take longer, in ms: each target's own bounds are below it. */
const stuckMs = 20_000;

/** Inputs tried to make a finding smaller, and how long that may take in ms. */
const shrinkTries = 2000;
const shrinkMs = 20_000;

/** Further findings would say the same. */
const mostFindings = 10;

/** Drives one target with the inputs of a seed, one after the other, so that a crash is known by its input. */
export async function runCampaign(
  target: FuzzTarget,
  options: CampaignOptions,
): Promise<CampaignReport> {
  const runner = new Runner(target);
  const memory = new MemoryWatch();
  const findings: Finding[] = [];
  const known = new Set<string>();
  await runner.open();
  let index = 0;
  for (; index < options.cases && findings.length < mostFindings; index++) {
    if (options.isOver()) break;
    const input = target.generate(Dice.of(options.seed, index));
    const problem = (await runner.run(input)) ?? (await memory.check(index));
    if (problem === undefined) continue;
    if (known.has(kindOf(problem))) continue;
    known.add(kindOf(problem));
    const finding = await minimize(
      runner,
      { target: target.name, ...options, index },
      input,
      problem,
    );
    findings.push(finding);
    options.onFinding(finding);
  }
  await runner.close();
  return { cases: index, findings, heapGrowth: memory.growth, peakRss: memory.peakRss };
}

/** Runs one input by itself: a row. */
export async function runRow(target: FuzzTarget, input: unknown): Promise<string | undefined> {
  const runner = new Runner(target);
  await runner.open();
  const problem = await runner.run(input);
  await runner.close();
  return problem;
}

async function minimize(
  runner: Runner,
  { target, seed, index }: Pick<Finding, "target" | "seed" | "index">,
  input: unknown,
  problem: string,
): Promise<Finding> {
  let said = problem;
  const endsAt = performance.now() + shrinkMs;
  const fails = async (candidate: unknown): Promise<boolean> => {
    if (performance.now() > endsAt) return false;
    const again = await runner.run(candidate);
    if (again === undefined || kindOf(again) !== kindOf(problem)) return false;
    said = again;
    return true;
  };
  const smallest = await shrink(input, fails, shrinkTries);
  return { target, seed, index, problem: said, input: smallest };
}

/** The problem without what differs from input to input. */
function kindOf(problem: string): string {
  return problem
    .replace(/".*"/gs, '""')
    .replaceAll(/[0-9]+/g, "#")
    .slice(0, 100);
}

/** A target with its life and the process's last resorts watched. */
class Runner {
  readonly #target: FuzzTarget;
  #open: OpenTarget | undefined = undefined;
  #crash: string | undefined = undefined;
  readonly #onCrash = (error: unknown): void => {
    this.#crash ??= `crash: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  };

  constructor(target: FuzzTarget) {
    this.#target = target;
  }

  async open(): Promise<void> {
    process.on("uncaughtException", this.#onCrash);
    process.on("unhandledRejection", this.#onCrash);
    this.#open = await this.#target.open();
  }

  async close(): Promise<void> {
    await this.#stop();
    process.off("uncaughtException", this.#onCrash);
    process.off("unhandledRejection", this.#onCrash);
  }

  /** What is wrong with the outcome of an input; what runs on after a crash or a hang is replaced. */
  async run(input: unknown): Promise<string | undefined> {
    const problem = await this.#tried(input);
    await nextTurn();
    const crash = this.#crash;
    this.#crash = undefined;
    if (crash !== undefined || problem === "stuck") await this.#restart();
    return crash ?? problem;
  }

  async #tried(input: unknown): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("stuck"), stuckMs);
    });
    try {
      return await Promise.race([this.#open?.run(input), stuck]);
    } catch (error) {
      return `threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What does not stop has been left with something open. */
  async #stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#target.name} does not stop`)), stuckMs);
    });
    try {
      await Promise.race([this.#open?.close(), stuck]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #restart(): Promise<void> {
    await this.#stop();
    this.#open = await this.#target.open();
  }
}
