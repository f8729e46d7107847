/** What one expansion of a graph knows: the graph, what has happened, and what was found out on the way. */
import type { Gate, Races } from "./graph-model.ts";
import type { GroupState, Place } from "./groups.ts";
import type { Operand, View } from "./operands.ts";
import { chainOf, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";

export interface Expander {
  plan: GraphPlan;
  races: Races | undefined;
  view: View;
  /** Memory of `stateOf`. */
  states: Map<string, GroupState>;
  /** Memory of `causesOf`. */
  causes: Map<string, string[]>;
  /** What must be true before a piece begins. @param place one where the piece stands */
  entryOf(piece: PlannedGroup, place: Place | undefined): Gate[];
  /** The first output that a piece had to make and has not, though it ended without a failure: then it failed, too. */
  lackOf(piece: PlannedGroup, place: Place | undefined): (view: View) => string | undefined;
  /** What a piece has made when it has ended well, seen from beside it. @param place where the piece stands */
  madeBy(piece: PlannedGroup, field: string, place: Place | undefined): Operand;
}

/** The place of something that exists several times by `many`, seen from `place`; undefined when it is another's. */
export function placeBy(many: PlannedGroup | undefined, place: Place | undefined): Place | undefined {
  return many && many === place?.group ? place : undefined;
}

/** Pieces in a group, or that are it, whose failure is the group's. */
export function piecesIn(expander: Expander, group: PlannedGroup): PlannedGroup[] {
  return [...expander.plan.groups.values()].filter(
    (each) => each.piece && chainOf(each).includes(group) && !isHandledIn(expander, each.id, group),
  );
}

export function instancesOf(id: string, state: GroupState & { is: "known" }): string[] {
  return state.items.map((_, index) => `${id}.${index}`);
}

/** Whether a failure of this node or group is not one of the group that it stands in. */
export function isHandledIn({ plan }: Expander, name: string, group: PlannedGroup | undefined): boolean {
  return group !== undefined && (plan.handledInside.get(name)?.has(group.id) ?? false);
}

/** The node and what stands before it where it exists several times: with one of them failed its own index gives nothing. */
export function causesOf(expander: Expander, node: PlannedNode): string[] {
  const before = expander.causes.get(node.id);
  if (before) return before;
  const found = new Set<string>();
  const visit = (id: string): void => {
    const member = expander.plan.byId.get(id);
    if (!member || member.many !== node.many || found.has(id)) return;
    found.add(id);
    for (const source of member.sources) visit(source);
  };
  visit(node.id);
  const causes = [...found].filter((id) => !isHandledIn(expander, id, node.many));
  expander.causes.set(node.id, causes);
  return causes;
}
