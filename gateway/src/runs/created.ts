/** Shows a run that was made just now. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { Quota } from "../access/limits.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { toRun } from "./run-view.ts";
import type { Submitted } from "./submit.ts";

export interface Created {
  run: Run;
  /** What is left of the key's rate, where it has one and the run is new. */
  quota?: Quota;
}

/** @param matching executors that can run it now */
export function toCreated(
  { source, quota }: Extract<Submitted, { kind: "created" }>,
  { now, accepted, matching }: { now: number; accepted: RunnableGraph; matching: number },
): Created {
  const run = toRun(source, { now, graph: accepted.graph, queue: { matching_executors: matching } });
  return { run, ...(quota ? { quota } : {}) };
}
