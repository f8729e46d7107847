/** Shows a run that was made just now. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { Quota } from "../access/limits.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { knownOf } from "./known-graph.ts";
import { runTextOf, written } from "./run-text.ts";
import { toRun } from "./run-view.ts";
import type { Submitted } from "./submit.ts";

export interface Created {
  id: string;
  status: Run["status"];
  /** The run as clients see it, as JSON. */
  text: string;
  /** What is left of the key's rate, where it has one and the run is new. */
  quota?: Quota;
}

/** A run that was there already. */
export function toKnown(run: Run): Created {
  return { id: run.run_id, status: run.status, text: JSON.stringify(run) };
}

/** So many ways to show a new run of one graph are kept. */
const MOST_TEXTS = 8;

/** @param matching executors that can run it now */
export function toCreated(
  { source, quota }: Extract<Submitted, { kind: "created" }>,
  { now, accepted, matching }: { now: number; accepted: RunnableGraph; matching: number },
): Created {
  const { run, record } = source;
  const shown = (): Run =>
    toRun(source, { now, graph: accepted.graph, queue: { matching_executors: matching } });
  const created = { id: run, status: record.status, ...(quota ? { quota } : {}) };
  // A fork has begun with what it has taken over.
  if (record.forked_from !== undefined) return { ...created, text: JSON.stringify(shown()) };
  const { texts } = knownOf(accepted);
  const way = `${matching} ${record.priority}`;
  let text = texts.get(way);
  if (text === undefined) {
    if (texts.size >= MOST_TEXTS) texts.clear();
    text = runTextOf(shown());
    texts.set(way, text);
  }
  return { ...created, text: text ? written(text, source, now) : JSON.stringify(shown()) };
}
