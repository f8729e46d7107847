/** What an expression of a graph comes from in a run: by index within a group, by list from outside. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import { parseExpression, type Expression } from "../graphs/expressions.ts";
import { holds, operandsOf } from "../graphs/predicates.ts";
import type { Verdict } from "./graph-model.ts";
import { fieldOf, stateOfEach, type GroupState, type Place } from "./groups.ts";
import { hasInstances, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { stateOfRepeat } from "./loops.ts";
import { evaluate, mayBeMissing, type Operand, type View } from "./operands.ts";

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
  const state = group.repeat
    ? stateOfLoop(expander, group, group.repeat.until)
    : stateOfEach(group.each!, resolve(expander, group.each!.list, undefined), expander.view);
  expander.states.set(group.id, state);
  return state;
}

function stateOfLoop(expander: Expander, group: PlannedGroup, until: Predicate): GroupState {
  const { plan, view } = expander;
  const culprits = group.members.flatMap(({ id }) => (plan.handledInside.has(id) ? [] : [id]));
  const judge = (index: number): Verdict => judgeOf(expander, until, { group, index, item: undefined })(view);
  return stateOfRepeat(group, { view, culprits, judge });
}

/** Judges a condition: it waits until all that it looks at has ended. */
export function judgeOf(
  expander: Expander,
  predicate: Predicate,
  place: Place | undefined,
): (view: View) => Verdict {
  const operands = new Map(
    operandsOf(predicate).map(({ value }) => [value, resolve(expander, parseExpression(value), place)]),
  );
  return (view) => {
    const values = new Map([...operands].map(([key, operand]) => [key, evaluate(operand, view)]));
    if ([...values.values()].some(({ is }) => is === "waits")) return "waits";
    const valueOf = (key: unknown) => {
      const value = values.get(key)!;
      return value.is === "value" ? value.value : undefined;
    };
    return holds(predicate, valueOf) ? "satisfied" : "impossible";
  };
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

/** A reference of somebody outside to a member of a loop: nothing before it has closed, then what its last iteration made. */
function lastOperand(expander: Expander, node: PlannedNode, output: string, optional: boolean): Operand {
  const state = stateOf(expander, node.group!);
  if (state.is !== "known" || state.loop === "unmet") return { kind: "absent", optional };
  if (state.loop === "open") return { kind: "pending", optional };
  return { kind: "node", node: instancesOf(node, state).at(-1)!, output, optional };
}

function carriedOf(expander: Expander, field: string, optional: boolean, place: Place): Operand | undefined {
  const carry = place.group.repeat?.carry.get(field);
  if (!carry) return undefined;
  const operand =
    place.index === 0
      ? resolve(expander, carry.init, undefined)
      : resolve(expander, carry.next, { ...place, index: place.index - 1 });
  return operand.kind === "constant" ? operand : { ...operand, optional };
}

/** @param place of the member in which the expression stands */
export function resolve(expander: Expander, expression: Expression, place: Place | undefined): Operand {
  if ("of" in expression) {
    const of = expression.of.map((part) => resolve(expander, part, place));
    const optional = expression.kind !== "text" && mayBeMissing(of.at(-1)!);
    return { kind: expression.kind, of, optional };
  }
  if (expression.kind !== "node") return expression;
  const { node: name, output, optional } = expression;
  const source = expander.plan.byId.get(name);
  if (!source) {
    if (place?.group.id !== name) throw new Error(`there is neither a node nor a group ${name} here`);
    return carriedOf(expander, output, optional, place) ?? fieldOf(output, optional, place);
  }
  if (!hasInstances(source.group)) return expression;
  if (source.group === place?.group) return { ...expression, node: `${name}.${place.index}` };
  const outside = source.group.each ? listOperand : lastOperand;
  return outside(expander, source, output, optional);
}
