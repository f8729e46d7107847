/** Remembers which tasks this process has taken, because it takes each at most once; task_memory.py is its twin. */
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
 * So the newest are enough; a task whose ending is not kept any more is left to be reaped.
 */
const KEPT_TASKS = 20_000;
const KEPT_ENDINGS = 200;

export function createTaskMemory(): TaskMemory {
  const entries = new Map<string, string>();
  const endings = new Map<string, Ending>();
  return {
    take: (task, entry) => put(entries, task, entry, KEPT_TASKS),
    entryOf: (task) => entries.get(task),
    end: (task, ending) => put(endings, task, ending, KEPT_ENDINGS),
    endingOf: (task) => endings.get(task),
  };
}

function put<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value!);
}
