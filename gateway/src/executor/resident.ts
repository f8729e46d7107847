/**
 * An executor for where nothing may go on for ever: it takes the tasks that wait, runs them, and leaves nothing behind.
 * What the executor of a server does without an end, from the same parts.
 */
import { createBackoff } from "./backoff.ts";
import type { Capabilities } from "./capabilities.ts";
import type { ExecutorDeps } from "./executor.ts";
import { createHeldTasks } from "./held-tasks.ts";
import { createIntake } from "./intake.ts";
import { createLeases } from "./lease.ts";
import { createResources } from "./resources.ts";
import { createSteps, type Entry } from "./steps.ts";
import { createTaskMemory } from "./task-memory.ts";
import { createTaskReader } from "./task-reader.ts";

type Unneeded = "openReader" | "openSubscriber" | "announceMs" | "probeMs" | "blockMs" | "version";

export interface ResidentDeps extends Omit<ExecutorDeps, Unneeded> {
  /** What is known to be here: it is part of the gateway, so nobody asks again. */
  capabilities: Capabilities;
  /** Called when a last word was sent: behind it there is mail. */
  onSettle?: () => void;
}

export interface Resident {
  /** Takes what waits; resolves when nothing is held any more. @throws what Redis said when nothing could be read */
  look(): Promise<void>;
  /** Takes nothing more, and hands back what has not ended. */
  release(): void;
  /** Resolves when nothing is held; whether its name may be used again: nothing is pending under it. */
  end(): Promise<boolean>;
}

export function createResident(deps: ResidentDeps): Resident {
  const { redis, keys, shards, pool, executorId, slots, random } = deps;
  const steps = createSteps({ redis, keys, pool, executorId, onSettle: deps.onSettle });
  const held = createHeldTasks(slots);
  const never = new AbortController().signal;
  let open = true;
  let clean = true;

  const intake = createIntake({
    ...deps,
    resources: createResources(deps.totals, deps.nodeTypes),
    onAbsent() {},
    onFailed() {},
    steps,
    held,
    memory: createTaskMemory(),
    onHeld: (shard, fresh) => leases.get(shard)?.added(fresh),
  });
  const leases = new Map(
    shards.map((shard) => {
      const recover = (entries: readonly Entry[]) => {
        for (const entry of entries) intake.accept(shard, entry, "recovered");
      };
      return [shard, createLeases({ ...deps, shard, steps, held, recover, backoff: createBackoff(random) })];
    }),
  );

  const pull = async (shard: string): Promise<void> => {
    const reader = createTaskReader({ redis, keys, shard, pool, consumer: executorId });
    const entries = await reader.pull(held.free()).catch((error: unknown) => {
      // What it would have brought may be pending now.
      clean = false;
      throw error;
    });
    for (const entry of entries) intake.accept(shard, entry, "read");
  };

  return {
    async look() {
      if (!open || held.free() === 0) return;
      await Promise.all(shards.map(pull));
      await held.whenEmpty(never);
    },
    release() {
      open = false;
      intake.close();
      for (const task of held.all()) task.stop("released");
    },
    async end() {
      await held.whenEmpty(never);
      for (const lease of leases.values()) lease.stop();
      return clean;
    },
  };
}
