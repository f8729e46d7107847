/** Takes entries that were read together: those of one run in order, different runs side by side. */
import type { Entry } from "./collect.ts";
import type { Driver } from "./driver.ts";

export interface TakeLimits {
  /** How many runs are driven side by side. */
  atOnce: number;
  /** Asked once before each run. */
  mayDrive: () => boolean;
  /** Asked before each entry. */
  mayTake: () => boolean;
}

const NO_LIMITS: TakeLimits = { atOnce: Infinity, mayDrive: () => true, mayTake: () => true };

/** Notes go to the run's log, whatever is answered: what comes behind them is sent along. */
const isNote = ({ fields }: Entry): boolean => fields.kind === "note";

/** @returns the entries that the limits left; they are still the reader's */
export async function takeAll(driver: Driver, entries: Entry[], limits = NO_LIMITS): Promise<Entry[]> {
  const runs = [...Map.groupBy(entries, (entry) => entry.fields.run ?? "").values()];
  const left: Entry[] = [];
  const takeRuns = async (): Promise<void> => {
    for (let run = runs.shift(); run; run = runs.shift()) {
      const may = limits.mayDrive();
      let sent: Promise<void>[] = [];
      while (run[0] && may && limits.mayTake()) {
        const isLast = !isNote(run[0]);
        sent.push(driver.take(run.shift()!));
        if (isLast) await Promise.all(sent);
        if (isLast) sent = [];
      }
      await Promise.all(sent);
      left.push(...run);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limits.atOnce, runs.length) }, takeRuns));
  return left;
}
