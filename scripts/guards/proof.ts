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
