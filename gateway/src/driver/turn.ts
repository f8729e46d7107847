/**
 * One bounded turn of a driver, for where nothing may go on for ever: sweeps once, then takes mail until none waits or
 * the budget is spent. What loops do without an end, from the same parts.
 */
import type { Clock } from "../clock.ts";
import { loadScripts } from "../redis/scripts.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Entry } from "./collect.ts";
import type { Driver } from "./driver.ts";
import { readEntries } from "./read-entries.ts";
import { isMissingGroup } from "../errors/redis-faults.ts";
import { adopt, claimTimers, ensureGroups, reap, release, type SweepDeps } from "./sweeps.ts";
import { takeAll } from "./take-all.ts";

export interface TurnOptions {
  driver: Driver;
  /** One per shard. Turns at the same time may have the same consumer. */
  sweeps: readonly SweepDeps[];
  clock: Pick<Clock, "elapsed">;
  log: Pick<Logger, "warn">;
}

export interface Budget {
  /** How many runs are driven at most; one that gets mail again within the turn counts again. */
  runs: number;
  /** After so long nothing is begun any more; what is under way ends. */
  ms: number;
  /** Without, only new mail is taken: for the moment after a submit. */
  sweep: boolean;
}

export interface Turn {
  /** How many were driven. */
  runs: number;
  /** The budget ended it, so another turn may find more. Else nothing waited any more. */
  more: boolean;
}

const AT_ONCE = 16;
/** Of one stream. */
const MOST_READ = 64;

/**
 * Safe beside others and repeatable: what a turn that dies has read is adopted by a later one. Long sweeps
 * (`reconcile`) are not in it.
 * @throws what Redis said when mail could not be read
 */
export async function driveTurn(options: TurnOptions, budget: Budget): Promise<Turn> {
  const { driver, sweeps, clock } = options;
  const until = clock.elapsed() + budget.ms;
  const hasTime = (): boolean => clock.elapsed() < until;
  let runs = 0;
  const hasBudget = (): boolean => runs < budget.runs && hasTime();
  const mayDrive = (): boolean => {
    const may = hasBudget();
    if (may) runs += 1;
    return may;
  };

  if (budget.sweep && hasBudget()) await sweepAll(options, hasTime);
  while (hasBudget()) {
    const count = Math.min(MOST_READ, budget.runs - runs);
    const found = await Promise.all(sweeps.map((deps) => nextEntries(options, deps, { ...budget, count })));
    const entries = found.flat();
    if (entries.length === 0) return { runs, more: false };
    const left = await takeAll(driver, entries, { atOnce: AT_ONCE, mayDrive, mayTake: hasTime });
    await Promise.all(sweeps.map((deps) => giveBack(options, deps, left)));
  }
  return { runs, more: true };
}

async function sweepAll({ sweeps, log }: TurnOptions, hasTime: () => boolean): Promise<void> {
  // Executors without the right to load scripts may be waiting for them.
  const scripts = sweeps.slice(0, 1).map(({ redis }) => orWarn(log, "scripts", loadScripts(redis)));
  const perShard = sweeps.flatMap((deps) => [
    orWarn(log, "timers", claimTimers(deps, hasTime)),
    orWarn(log, "reap", reap(deps, hasTime)),
  ]);
  await Promise.all([...scripts, ...perShard]);
}

/** New mail, and what drivers that died have read. */
async function nextEntries(
  { log }: TurnOptions,
  deps: SweepDeps,
  { sweep, count }: { sweep: boolean; count: number },
): Promise<Entry[]> {
  const read = () => readEntries(deps.redis, deps, { from: ">", count });
  const [fresh, adopted] = await Promise.all([
    read().catch(async (error: unknown) => {
      if (!isMissingGroup(error)) throw error;
      await ensureGroups(deps);
      return read();
    }),
    sweep ? orWarn(log, "adopt", adopt(deps)) : undefined,
  ]);
  return [...(adopted ?? []), ...fresh];
}

async function giveBack({ log }: TurnOptions, deps: SweepDeps, left: readonly Entry[]): Promise<void> {
  const own = left.filter(({ shard }) => shard === deps.shard);
  if (own.length > 0) await orWarn(log, "release", release(deps, own));
}

/** One that fails keeps nothing else waiting. */
async function orWarn<T>(log: TurnOptions["log"], sweep: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    log.warn("sweep failed", { sweep, error });
    return undefined;
  }
}
