/** Which nodes of a task may run: a pure reading of how their sources have ended; schedule.py is its twin. */
import type { TaskNode } from "@myspinbot/contracts/types.ts";
import type { NodeType } from "../graphs/node-types.ts";
import { ownField } from "../own-field.ts";

export interface PlannedNode {
  readonly node: TaskNode;
  readonly type: NodeType;
  /** `auto` has been resolved; empty when the type has no engines. */
  readonly engine: string;
  /** Nodes of this task that must have ended first. */
  readonly sources: readonly string[];
}

/**
 * How a node of a task ended. `skipped`: what it requires was not made and never will be. `unrun`: only the driver
 * knows what becomes of it, because a source failed and may be tried again, or because the task was stopped.
 */
export type NodeEnd =
  { status: "succeeded"; outputs: Record<string, unknown> } | { status: "failed" | "skipped" | "unrun" };

/** What a node is to do once its sources have ended like this; `waits` while one of them has not. */
export type Verdict = "waits" | "run" | "skipped" | "unrun";

export function verdictOf(planned: PlannedNode, endOf: (id: string) => NodeEnd | undefined): Verdict {
  if (isImpossible(planned, endOf)) return "skipped";
  const ends = planned.sources.map((source) => endOf(source)?.status);
  if (ends.some((end) => end === "failed" || end === "unrun")) return "unrun";
  return ends.includes(undefined) ? "waits" : "run";
}

/** Whether every node has ended or will not begin in this task. Nodes must come after their sources. */
export function isOver(nodes: readonly PlannedNode[], ends: ReadonlyMap<string, NodeEnd>): boolean {
  const all = new Map(ends);
  return nodes.every((planned) => {
    if (all.has(planned.node.id)) return true;
    const verdict = verdictOf(planned, (id) => all.get(id));
    if (verdict === "waits" || verdict === "run") return false;
    all.set(planned.node.id, { status: verdict });
    return true;
  });
}

function isImpossible({ node }: PlannedNode, endOf: (id: string) => NodeEnd | undefined): boolean {
  if (node.after.some((source) => endOf(source)?.status === "skipped")) return true;
  return Object.values(node.inputs).some((input) => {
    if (input.from !== "node" || input.optional) return false;
    const end = endOf(input.node);
    if (end?.status === "succeeded") return ownField(end.outputs, input.output) === undefined;
    return end?.status === "skipped";
  });
}
