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
  logger: Pick<Logger, "warn">;
  /**
   * Looks, whenever mail is read, for what else there is to do; resolves when what it found has ended. Not before the
   * first mail of a turn without a sweep, which is there for that mail alone: it looks with the first step of its drive.
   */
  beside?: () => Promise<unknown>;
  /**
   * Tells of each step that was sent and may have brought mail. What is read then is answered together with that step,
   * so the turn does not read once more behind what it took.
   */
  bell?: Bell;
}

/** Rung by whoever sends a step, heard by one turn. */
export interface Bell {
  ring(): void;
  onRing: () => void;
}

export function createBell(): Bell {
  const bell: Bell = { onRing() {}, ring: () => bell.onRing() };
  return bell;
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
  const { sweeps, clock, beside, bell } = options;
  const until = clock.elapsed() + budget.ms;
  const hasTime = (): boolean => clock.elapsed() < until;
  const work = createWork();
  const turn: Turn = { runs: 0, more: false };
  const hasBudget = (): boolean => turn.runs < budget.runs && hasTime() && !work.failed();
  const mayDrive = (): boolean => {
    const may = hasBudget();
    if (may) turn.runs += 1;
    return may;
  };
  let adopts = budget.sweep;

  const take = async (deps: SweepDeps, sweep: boolean): Promise<void> => {
    const count = Math.min(MOST_READ, budget.runs - turn.runs);
    const { entries, full } = await nextEntries(options, deps, { sweep, count });
    if (entries.length === 0) return;
    const limits = { atOnce: AT_ONCE, mayDrive, mayTake: hasTime };
    const left = await takeAll(options.driver, entries, limits);
    await giveBack(options, deps, left);
    if (!bell || full || left.length > 0) look();
  };
  const look = (isForMailAlone = false): void => {
    if (!hasBudget()) {
      turn.more = true;
      return;
    }
    for (const deps of sweeps) work.add(take(deps, adopts));
    if (beside && !isForMailAlone) work.add(beside());
    adopts = false;
  };

  if (budget.sweep && hasBudget()) await sweepAll(options, hasTime);
  if (bell) bell.onRing = atOnce(() => look());
  look(bell && !budget.sweep);
  await work.whenDone();
  return turn;
}

/** Several calls within a moment are one. */
function atOnce(work: () => void): () => void {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    queueMicrotask(() => {
      waits = false;
      work();
    });
  };
}

interface Work {
  add(work: Promise<unknown>): void;
  failed(): boolean;
  /** Resolves when all that was added has ended, also meanwhile. @throws the first failure */
  whenDone(): Promise<void>;
}

function createWork(): Work {
  const open = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  return {
    add(work) {
      const ended: Promise<void> = work
        .then(
          () => {},
          (error: unknown) => void (failure ??= { error }),
        )
        .finally(() => open.delete(ended));
      open.add(ended);
    },
    failed: () => failure !== undefined,
    async whenDone() {
      while (open.size > 0) await Promise.all(open);
      if (failure) throw failure.error;
    },
  };
}

async function sweepAll({ sweeps, logger }: TurnOptions, hasTime: () => boolean): Promise<void> {
  // Executors without the right to load scripts may be waiting for them.
  const scripts = sweeps.slice(0, 1).map(({ redis }) => orWarn(logger, "scripts", loadScripts(redis)));
  const perShard = sweeps.flatMap((deps) => [
    orWarn(logger, "timers", claimTimers(deps, hasTime)),
    orWarn(logger, "reap", reap(deps, hasTime)),
  ]);
  await Promise.all([...scripts, ...perShard]);
}

/** New mail, and what drivers that died have read; `full` = there may be more of it. */
async function nextEntries(
  { logger }: TurnOptions,
  deps: SweepDeps,
  { sweep, count }: { sweep: boolean; count: number },
): Promise<{ entries: Entry[]; full: boolean }> {
  const read = () => readEntries(deps.redis, deps, { from: ">", count });
  const [fresh, adopted = []] = await Promise.all([
    read().catch(async (error: unknown) => {
      if (!isMissingGroup(error)) throw error;
      await ensureGroups(deps);
      return read();
    }),
    sweep ? orWarn(logger, "adopt", adopt(deps)) : undefined,
  ]);
  return { entries: [...adopted, ...fresh], full: adopted.length > 0 || fresh.length >= count };
}

async function giveBack({ logger }: TurnOptions, deps: SweepDeps, left: readonly Entry[]): Promise<void> {
  if (left.length > 0) await orWarn(logger, "release", release(deps, left));
}

/** One that fails keeps nothing else waiting. */
async function orWarn<T>(
  logger: TurnOptions["logger"],
  sweep: string,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    logger.warn("sweep failed", { sweep, error });
    return undefined;
  }
}
