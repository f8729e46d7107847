/** Keeps a driver going on a server: one reader per shard, and the sweeps beside it. Never on Workers. */
import { steps } from "@myspinbot/contracts/steps.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import type { Redis } from "../redis/client.ts";
import { loadScripts, runStep } from "../redis/scripts.ts";
import { inShard } from "../redis/sharded.ts";
import type { Logger } from "../telemetry/logger.ts";
import { sourceStream } from "./collect.ts";
import type { Driver } from "./driver.ts";
import { readMail } from "./mail-reader.ts";
import { adopt, claimTimers, reap, reconcile, type SweepDeps } from "./sweeps.ts";
import { takeAll } from "./take-all.ts";

export interface DriverLoopsOptions {
  driver: Driver;
  /** One per shard. */
  sweeps: SweepDeps[];
  /** Makes the connection of one shard's blocking reader. */
  createReader: (shard: string) => Redis;
  blockMs: number;
  reapMs: number;
  logger: Logger;
  clock: Clock;
  /** Spreads the sweeps of many drivers. */
  random: () => number;
}

export interface DriverLoops {
  start(): void;
  /** Ends after the drives under way. */
  stop(): Promise<void>;
}

/** Timers are looked at more often than leases: a retry shall not wait a second longer than asked. */
const TIMERS_MS = 250;

interface Sweep {
  name: string;
  everyMs: number;
  work: () => Promise<void>;
}

function sweepsOf({ driver, reapMs }: DriverLoopsOptions, deps: SweepDeps): Sweep[] {
  return [
    // Executors without the right to load scripts wait for them after each start of the server.
    { name: "scripts", everyMs: reapMs, work: () => loadScripts(inShard(deps.redis, deps.shard)) },
    { name: "reap", everyMs: reapMs, work: () => reap(deps) },
    { name: "timers", everyMs: Math.min(reapMs, TIMERS_MS), work: () => claimTimers(deps) },
    {
      name: "adopt",
      everyMs: deps.driverLeaseMs / 2,
      work: async () => void (await takeAll(driver, await adopt(deps))),
    },
    { name: "reconcile", everyMs: deps.reconcileMs, work: () => reconcile(deps) },
  ];
}

async function leaveStreams({ redis, keys, shard, pools, consumer }: SweepDeps): Promise<void> {
  for (const source of ["mail", ...pools]) {
    const stream = sourceStream(keys, shard, source);
    // Best effort: a consumer that stays is deleted by the slow sweep after an hour.
    const leave = steps.leave(keys, { stream, group: GROUPS.drivers, consumer, idleMs: 0 });
    await runStep(redis, leave).catch(() => {});
  }
}

export function createDriverLoops(options: DriverLoopsOptions): DriverLoops {
  const { logger, clock, random } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const running: Promise<void>[] = [];

  async function repeat({ name, everyMs, work }: Sweep): Promise<void> {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) logger.warn("sweep failed", { sweep: name, error });
      }
      await clock.sleep(everyMs * (0.8 + random() * 0.4), signal);
    }
  }

  return {
    start() {
      for (const sweep of options.sweeps) {
        running.push(readMail({ ...options, sweep, signal }));
        for (const each of sweepsOf(options, sweep)) running.push(repeat(each));
      }
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(running);
      for (const sweep of options.sweeps) await leaveStreams(sweep);
    },
  };
}
