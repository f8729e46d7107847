/** Remembers which tasks this process has taken, because it takes each at most once; task_memory.py is its twin. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { RecentMap } from "../recent-map.ts";
import type { Ending } from "./steps.ts";

export interface TaskMemory {
  take(task: string, entry: string): void;
  /** The entry with which a task came; undefined when it was never taken. */
  entryOf(task: string): string | undefined;
  /** Keeps how a task ended, so that its settle can be repeated when Redis hands it out again. */
  end(task: string, ending: Ending): void;
  endingOf(task: string): Ending | undefined;
}

/**
 * Redis hands out an ended task again only if it forgot the settle (a lost call, a restart that lost its last seconds).
 * So the newest are enough; a task whose ending is not kept any more is released, and its nodes go on elsewhere.
 */
export function createTaskMemory(): TaskMemory {
  const entries = new RecentMap<string, string>(EXECUTOR.kept_tasks);
  const endings = new RecentMap<string, Ending>(EXECUTOR.kept_endings);
  return {
    take: (task, entry) => entries.set(task, entry),
    entryOf: (task) => entries.get(task),
    end: (task, ending) => endings.set(task, ending),
    endingOf: (task) => endings.get(task),
  };
}
