/** The orderly end of an executor that pulls no more: nothing it holds is left to be reaped; drain.py is its twin. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { withinMs, type Clock } from "../clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Announcer } from "./announcer.ts";
import type { HeldTasks } from "./held-tasks.ts";
import type { Leases } from "./lease.ts";
import type { Steps } from "./steps.ts";

export interface DrainOptions {
  steps: Steps;
  held: HeldTasks;
  leases: ReadonlyMap<string, Leases>;
  announcer: Announcer;
  graceMs: number;
  clock: Clock;
  logger: Logger;
}

/** A closed connection may be given an entry until Redis notices: each round hands such entries back. */
const LEAVE_ROUNDS = 5;

export async function drain({
  steps,
  held,
  leases,
  announcer,
  graceMs,
  clock,
  logger,
}: DrainOptions): Promise<void> {
  await announcer.drain();
  await withinMs(clock, graceMs, (late) => held.whenEmpty(late));
  for (const task of held.all()) task.stop("released");
  await withinMs(clock, EXECUTOR.release_ms, (late) => held.whenEmpty(late));
  for (const task of held.all()) task.stop("stale");
  await announcer.stop();
  await Promise.all([...leases].map(([shard, lease]) => leaveShard(shard, lease)));

  async function leaveShard(shard: string, lease: Leases): Promise<void> {
    try {
      for (let round = 0; round < LEAVE_ROUNDS; round += 1) {
        if (await steps.leave(shard)) return;
        await lease.renew();
        await withinMs(clock, EXECUTOR.release_ms, (late) => held.whenEmpty(late));
      }
    } catch (error) {
      logger.warn("consumer not deleted", { shard, error });
    }
  }
}
