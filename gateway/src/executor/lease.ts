/**
 * Keeps the leases of one shard: renews them, and stops what can no longer be sure of its lease; lease.py is its
 * twin.
 */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import { isMissingGroup } from "../errors/redis-faults.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import type { HeldTask, HeldTasks } from "./held-tasks.ts";
import type { Entry, Renewal, Steps } from "./steps.ts";

export interface LeasesOptions {
  shard: string;
  steps: Steps;
  held: HeldTasks;
  /** Takes entries that were handed out to a connection that has died; a read may still wait on it. */
  recover(entries: readonly Entry[]): void;
  leaseMs: number;
  renewMs: number;
  backoff: Backoff;
  clock: Clock;
  logger: Logger;
}

export interface Leases {
  /** A task is held from now on. Fresh = it has just been read; another one waits for a renewal, which is sent at once. */
  added(fresh: boolean): void;
  /** A connection was made again: what a dead one swallowed is asked for now and half a lease later. */
  reconnected(): void;
  /** Renews what is held, even if that is nothing; resolves after an answer or a failure. */
  renew(): Promise<void>;
  stop(): void;
}

export function createLeases(options: LeasesOptions): Leases {
  const { shard, steps, held, recover, leaseMs, renewMs, backoff, clock, logger } = options;
  /** After that a holder stops by itself, before anybody else may take the task. */
  const sureMs = (EXECUTOR.sure_percent / 100) * leaseMs;
  /** When the last answered renewal was sent, or the first task of an empty shard was read. */
  let aliveAt = clock.elapsed();
  let watched = false;
  /** An answered renewal has said that nothing is pending here: what was held to its end was let go, too. */
  let isQuiet = false;
  let stopped = false;
  /** Each calls off what was put off. */
  let cancelRenewal = (): void => {};
  let cancelWatch = (): void => {};
  let cancelLate = (): void => {};

  const isHolding = () => held.inShard(shard).length > 0;
  /** Without tasks there is nothing to renew: what a connection has swallowed that nobody saw die, drivers tell of. */
  const renewIn = (ms: number) => {
    cancelRenewal();
    if (stopped) return;
    cancelRenewal = clock.after(ms, () => {
      if (isHolding() || !isQuiet) void renew();
    });
  };
  const renewLater = (asked: number) => {
    isQuiet = asked === 0;
    watched = isHolding() && !stopped;
    renewIn(renewMs);
  };

  /** Looks when the lease of what is held cannot be sure any more. Nothing is watched while nothing is held. */
  const watch = () => {
    cancelWatch();
    const tasks = held.inShard(shard);
    watched = tasks.length > 0 && !stopped;
    if (!watched) return;
    const left = aliveAt + sureMs - clock.elapsed();
    if (left > 0) {
      cancelWatch = clock.after(left, watch);
      return;
    }
    logger.error("leases may be lost, tasks stopped", { shard, tasks: tasks.length });
    for (const task of tasks) task.stop("stale");
    watched = false;
  };

  const renewOnce = async () => {
    const tasks = held.inShard(shard);
    const sentAt = clock.elapsed();
    try {
      const ids = tasks.map(({ id }) => id);
      const answer = await steps.renew(shard, ids);
      aliveAt = Math.max(aliveAt, sentAt);
      backoff.reset();
      apply(tasks, answer, held);
      if (answer.unknown.length > 0) recover(answer.unknown);
      renewLater(tasks.length);
      watch();
    } catch (error) {
      // Without a group nothing was ever issued here.
      if (tasks.length === 0 && isMissingGroup(error)) return renewLater(0);
      logger.warn("renewal not answered", { shard, error });
      isQuiet = false;
      renewIn(tasks.length > 0 ? Math.min(backoff.next(), renewMs) : renewMs);
    }
  };
  const renew = oneAtATime(renewOnce);

  return {
    added(fresh) {
      if (!fresh) void renew();
      if (watched) return;
      aliveAt = clock.elapsed();
      renewIn(renewMs);
      watch();
    },
    reconnected() {
      if (stopped) return;
      void renew();
      cancelLate();
      cancelLate = clock.after(leaseMs / 2, () => void renew());
    },
    renew,
    stop() {
      stopped = true;
      for (const cancel of [cancelRenewal, cancelWatch, cancelLate]) cancel();
    },
  };
}

/** Who asks while the work is under way waits for it, and has it done once more. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(work));
}

/** Passes on what the renewal said about each task that is still held. */
function apply(tasks: readonly HeldTask[], { states }: Renewal, held: HeldTasks): void {
  tasks.forEach((task, i) => {
    if (held.get(task.id) !== task) return;
    if (states[i] === "closed") return task.stop("closed");
    if (states[i] === "cancel") task.stop("canceled");
    task.confirm();
  });
}
