/** Shows a run that was made just now. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { Quota } from "../access/limits.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { knownOf } from "./known-graph.ts";
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
  const known = knownOf(accepted);
  // A fork has begun with what it has taken over.
  const isFork = source.record.forked_from !== undefined;
  const begun = isFork ? undefined : known.begun;
  const run = toRun(source, { now, graph: accepted.graph, queue: { matching_executors: matching }, begun });
  const { nodes, groups, progress } = run;
  if (!isFork) known.begun ??= { nodes, progress, ...(groups ? { groups } : {}) };
  return { run, ...(quota ? { quota } : {}) };
}
