/** What an expression of a graph comes from in a run: by index within a group, by list from outside. */
import type { Expression } from "../graphs/expressions.ts";
import { fieldOf, stateOfEach, type GroupState, type Place } from "./groups.ts";
import type { GraphPlan, PlannedGroup, PlannedNode } from "./graph-plan.ts";
import { mayBeMissing, type Operand, type View } from "./operands.ts";

/** One expansion: the graph, what has happened, and what was found out on the way. */
export interface Expander {
  plan: GraphPlan;
  view: View;
  states: Map<string, GroupState>;
  /** Memory of `causesOf`. */
  causes: Map<string, string[]>;
}

export function stateOf(expander: Expander, group: PlannedGroup): GroupState {
  const before = expander.states.get(group.id);
  if (before) return before;
  const list = resolve(expander, group.each!.list, undefined);
  const state = stateOfEach(group.each!, list, expander.view);
  expander.states.set(group.id, state);
  return state;
}

export function instancesOf({ id }: PlannedNode, state: GroupState & { is: "known" }): string[] {
  return state.items.map((_, index) => `${id}.${index}`);
}

/** The node and the members of its group before it: with one of them failed its own index gives nothing. */
export function causesOf(expander: Expander, node: PlannedNode): string[] {
  const before = expander.causes.get(node.id);
  if (before) return before;
  const found = new Set<string>();
  const visit = (id: string): void => {
    const member = expander.plan.byId.get(id);
    if (!member || member.group !== node.group || found.has(id)) return;
    found.add(id);
    for (const source of member.sources) visit(source);
  };
  visit(node.id);
  const causes = [...found].filter((id) => !expander.plan.handledInside.has(id));
  expander.causes.set(node.id, causes);
  return causes;
}

/** A reference of somebody outside to a member of a group with `each`. */
function listOperand(expander: Expander, node: PlannedNode, output: string, optional: boolean): Operand {
  const group = node.group!;
  const state = stateOf(expander, group);
  if (state.is === "waits") return { kind: "pending", optional };
  if (state.is === "impossible") return { kind: "absent", optional };
  const needed = group.each!.skips
    ? []
    : causesOf(expander, node).flatMap((id) => instancesOf(expander.plan.byId.get(id)!, state));
  return { kind: "list", nodes: instancesOf(node, state), output, needed, optional };
}

/** @param place of the member in which the expression stands */
export function resolve(expander: Expander, expression: Expression, place: Place | undefined): Operand {
  if ("of" in expression) {
    const of = expression.of.map((part) => resolve(expander, part, place));
    const optional = expression.kind === "any" && mayBeMissing(of.at(-1)!);
    return { kind: expression.kind, of, optional };
  }
  if (expression.kind !== "node") return expression;
  const { node: name, output, optional } = expression;
  const source = expander.plan.byId.get(name);
  if (!source) {
    if (place?.group.id !== name) throw new Error(`there is neither a node nor a group ${name} here`);
    return fieldOf(output, optional, place);
  }
  if (!source.group?.each) return expression;
  if (source.group === place?.group) return { ...expression, node: `${name}.${place.index}` };
  return listOperand(expander, source, output, optional);
}
