/**
 * The tasks that this executor holds now, over all shards, and the places that are left; held_tasks.py is its twin.
 */
import type { StopReason } from "./task-runner.ts";

export interface HeldTask {
  readonly id: string;
  readonly shard: string;
  /** The lease is known to be good: the task may begin if it has not. */
  confirm(): void;
  stop(reason: StopReason): void;
}

export interface HeldTasks {
  add(task: HeldTask): void;
  remove(id: string): void;
  get(id: string): HeldTask | undefined;
  inShard(shard: string): HeldTask[];
  all(): HeldTask[];
  /** Places for further tasks; 0 when full, or closed. */
  free(): number;
  /** Whether there are places at all: what is held stays. */
  setClosed(closed: boolean): void;
  /** Resolves when there is a free place, or the signal is aborted. */
  whenFree(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing is held, or the signal is aborted. */
  whenEmpty(signal: AbortSignal): Promise<void>;
}

export function createHeldTasks(slots: number): HeldTasks {
  const tasks = new Map<string, HeldTask>();
  const watchers = new Set<() => void>();
  let isClosed = false;
  const free = () => (isClosed ? 0 : Math.max(0, slots - tasks.size));

  /** Looks at the condition again after each removal. */
  const when = (condition: () => boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!condition() && !signal.aborted) return;
        watchers.delete(look);
        signal.removeEventListener("abort", look);
        resolve();
      };
      watchers.add(look);
      signal.addEventListener("abort", look);
      look();
    });

  const lookAgain = () => {
    for (const look of [...watchers]) look();
  };

  return {
    add: (task) => void tasks.set(task.id, task),
    remove(id) {
      tasks.delete(id);
      lookAgain();
    },
    setClosed(closed) {
      isClosed = closed;
      lookAgain();
    },
    get: (id) => tasks.get(id),
    inShard: (shard) => [...tasks.values()].filter((task) => task.shard === shard),
    all: () => [...tasks.values()],
    free,
    whenFree: (signal) => when(() => free() > 0, signal),
    whenEmpty: (signal) => when(() => tasks.size === 0, signal),
  };
}
