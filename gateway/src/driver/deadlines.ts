/** Deadlines of nodes and groups: they run from the first dispatch, and what has not ended by then has failed. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { NodeRow } from "@myspinbot/contracts/types.ts";
import type { GraphModel, ModelNode } from "../run-engine/graph-model.ts";
import { setRow, type Draft } from "./draft.ts";

interface Dispatch {
  draft: Draft;
  model: GraphModel;
  run: string;
  now: number;
}

/** Lets the deadlines of a node that is dispatched, and of its group, begin; later dispatches change nothing. */
export function beginDeadlines({ draft, model, run, now }: Dispatch, { id, definition }: ModelNode): void {
  const set = (name: string, seconds: number, field: "deadline_at" | "group_deadline_at"): void => {
    const delay_ms = Math.ceil(seconds * 1000);
    setRow(draft, id, { [field]: now + delay_ms });
    draft.timers.push({ member: timerMembers.deadline(run, name), delay_ms });
  };
  const { deadline_s, group } = definition;
  if (deadline_s !== undefined && draft.rows.get(id)!.deadline_at === undefined)
    set(id, deadline_s, "deadline_at");
  const ofGroup = group === undefined ? undefined : model.graph.groups![group]!.deadline_s;
  if (ofGroup === undefined || groupDeadline(draft, model, group!) !== undefined) return;
  set(group!, ofGroup, "group_deadline_at");
}

function groupDeadline(draft: Draft, model: GraphModel, group: string): number | undefined {
  const members = model.nodes.filter(({ definition }) => definition.group === group);
  return members.map(({ id }) => draft.rows.get(id)?.group_deadline_at).find((at) => at !== undefined);
}

/** The node has ended. */
export function forgetDeadline(draft: Draft, run: string, node: string): void {
  if (draft.rows.get(node)!.deadline_at !== undefined) draft.untimers.push(timerMembers.deadline(run, node));
}

/** The run has ended. */
export function forgetDeadlines(draft: Draft, run: string, { graph }: GraphModel): void {
  for (const node of draft.rows.keys()) forgetDeadline(draft, run, node);
  for (const [group, { deadline_s }] of Object.entries(graph.groups ?? {}))
    if (deadline_s !== undefined) draft.untimers.push(timerMembers.deadline(run, group));
}

const UNENDED: ReadonlySet<NodeRow["status"]> = new Set(["pending", "dispatched", "waiting"]);

/** Whether the graph has any deadline. */
export function hasDeadlines({ graph }: GraphModel): boolean {
  const isSet = ({ deadline_s }: { deadline_s?: number }): boolean => deadline_s !== undefined;
  return graph.nodes.some(isSet) || Object.values(graph.groups ?? {}).some(isSet);
}

/** Nodes that have not ended although they had to by now, with the seconds that they had. */
export function overdue(draft: Draft, model: GraphModel, now: number): [node: string, seconds: number][] {
  const groups = new Set(
    Object.keys(model.graph.groups ?? {}).filter(
      (group) => (groupDeadline(draft, model, group) ?? Number.POSITIVE_INFINITY) <= now,
    ),
  );
  return model.nodes.flatMap(({ id, definition }): [string, number][] => {
    const row = draft.rows.get(id);
    // One that the run has just learned of has no row yet; one with a reason was called back.
    if (!row || !UNENDED.has(row.status) || row.reason !== undefined) return [];
    const { deadline_at = Number.POSITIVE_INFINITY } = row;
    const { deadline_s, group } = definition;
    if (deadline_at <= now) return [[id, deadline_s!]];
    return group !== undefined && groups.has(group) ? [[id, model.graph.groups![group]!.deadline_s!]] : [];
  });
}
