/** Deadlines of nodes and groups: they run from the first dispatch, and what has not ended by then has failed. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { NodeRow } from "@myspinbot/contracts/types.ts";
import { chainIn, manyIn } from "../graphs/bound.ts";
import type { GraphModel, ModelNode } from "../run-engine/graph-model.ts";
import { setRow, type Draft } from "./draft.ts";

interface Dispatch {
  draft: Draft;
  model: GraphModel;
  run: string;
  now: number;
}

/** A group that has a deadline, where this node stands: each index of a list has its own of what stands within it. */
interface Timed {
  /** The group's id, with the index behind it. */
  name: string;
  ms: number;
}

function timedGroups({ graph }: GraphModel, { id, base, definition }: ModelNode): Timed[] {
  const index = id.slice(base.length);
  return chainIn(graph, definition.group).flatMap(([group, { deadline_s, group: parent }]) => {
    if (deadline_s === undefined) return [];
    return [{ name: manyIn(graph, parent) === undefined ? group : group + index, ms: toMs(deadline_s) }];
  });
}

function toMs(seconds: number): number {
  return Math.ceil(seconds * 1000);
}

/** Lets the deadlines of a node that is dispatched, and of its groups, begin; later dispatches change nothing. */
export function beginDeadlines({ draft, model, run, now }: Dispatch, node: ModelNode): void {
  const { id, definition } = node;
  const set = (name: string, ms: number, change: Partial<NodeRow>): void => {
    setRow(draft, id, change);
    draft.timers.push({ member: timerMembers.deadline(run, name), delay_ms: ms });
  };
  const row = draft.rows.get(id)!;
  if (definition.deadline_s !== undefined && row.deadline_at === undefined) {
    const ms = toMs(definition.deadline_s);
    set(id, ms, { deadline_at: now + ms });
  }
  const groups = timedGroups(model, node);
  if (groups.length === 0 || row.group_deadline_at !== undefined) return;
  const begun = groupsBegun(draft.rows, model);
  const group_deadline_at = now + groups[0]!.ms;
  for (const { name, ms } of groups) if (!begun.has(name)) set(name, ms, { group_deadline_at });
}

/**
 * When a member of each group was first dispatched. A row says by when its innermost group has to end; from its
 * dispatch on the groups around count, too.
 */
function groupsBegun(rows: ReadonlyMap<string, NodeRow>, model: GraphModel): Map<string, number> {
  const begun = new Map<string, number>();
  for (const node of model.nodes) {
    const at = rows.get(node.id)?.group_deadline_at;
    if (at === undefined) continue;
    const groups = timedGroups(model, node);
    for (const { name } of groups)
      begun.set(name, Math.min(begun.get(name) ?? Number.POSITIVE_INFINITY, at - groups[0]!.ms));
  }
  return begun;
}

/** The node has ended. */
export function forgetDeadline(draft: Draft, run: string, node: string): void {
  if (draft.rows.get(node)!.deadline_at !== undefined) draft.untimers.push(timerMembers.deadline(run, node));
}

/** The run has ended. */
export function forgetDeadlines(draft: Draft, run: string, model: GraphModel): void {
  for (const node of draft.rows.keys()) forgetDeadline(draft, run, node);
  const groups = new Set(model.nodes.flatMap((node) => timedGroups(model, node).map(({ name }) => name)));
  for (const group of groups) draft.untimers.push(timerMembers.deadline(run, group));
}

const UNENDED: ReadonlySet<NodeRow["status"]> = new Set(["pending", "dispatched", "waiting"]);

/** Whether the graph has any deadline. */
export function hasDeadlines({ graph }: GraphModel): boolean {
  const isSet = ({ deadline_s }: { deadline_s?: number }): boolean => deadline_s !== undefined;
  return graph.nodes.some(isSet) || Object.values(graph.groups ?? {}).some(isSet);
}

export interface Overdue {
  node: string;
  /** That it had. */
  seconds: number;
  /** Ms of Redis by which it had to end. */
  by: number;
}

/** Nodes that have not ended although they had to by now. */
export function overdue(rows: ReadonlyMap<string, NodeRow>, model: GraphModel, now: number): Overdue[] {
  const begun = groupsBegun(rows, model);
  return model.nodes.flatMap((node): Overdue[] => {
    const row = rows.get(node.id);
    // One that the run has just learned of has no row yet; one with a reason was called back.
    if (!row || !UNENDED.has(row.status) || row.reason !== undefined) return [];
    const { deadline_at: by = Number.POSITIVE_INFINITY } = row;
    if (by <= now) return [{ node: node.id, seconds: node.definition.deadline_s!, by }];
    const ends = timedGroups(model, node).map(({ name, ms }) => ({
      ms,
      by: (begun.get(name) ?? Number.POSITIVE_INFINITY) + ms,
    }));
    const late = ends.find((end) => end.by <= now);
    return late ? [{ node: node.id, seconds: late.ms / 1000, by: late.by }] : [];
  });
}
