/** What it means that a guard is proved: a mistake was made on purpose, and the guard named it. */
import type { HouseCopy } from "./house-copy.ts";

export interface Proof {
  /** The guard and what it guards, e.g. `dependency-cruiser: gateway-health`. */
  guard: string;
  /** The mistake, in a few words. */
  mistake: string;
  red: boolean;
}

export interface Prover {
  /** Steps of `npm run check` whose guards this proves. */
  steps: readonly string[];
  /** Makes the mistakes in the copy; all provers plant before any judges. */
  plant(copy: HouseCopy): void;
  judge(copy: HouseCopy): Promise<Proof[]>;
}

/** A tool is red for a mistake when it fails and names it. */
export async function named(
  guard: string,
  answer: Promise<{ status: number; said: string }>,
  names: readonly string[],
): Promise<Proof[]> {
  const { status, said } = await answer;
  return names.map((name) => ({ guard, mistake: name, red: status !== 0 && said.includes(name) }));
}
