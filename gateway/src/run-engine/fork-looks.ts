/** What a node that was run looks at, and by which names a fork means it. */
import { referencesIn } from "../graphs/expressions.ts";
import { parseFlat, type FlatExpression } from "../graphs/flat-expressions.ts";
import { expressionsOf, operandsIn } from "./plan-sources.ts";
import { chainOf, type GraphPlan, type PlannedNode } from "./planned.ts";

export function instanceId(id: string, index: number | undefined): string {
  return index === undefined ? id : `${id}.${index}`;
}

/** Whether a name means this node or instance: its own, its node's, or that of a graph that it stands in. */
export function isMeant(name: string, { id, group }: PlannedNode, index: number | undefined): boolean {
  if (name === id || name === instanceId(id, index)) return true;
  const pieces = chainOf(group).filter(({ piece }) => piece);
  return pieces.some((each) => name === each.id || (each.many && name === instanceId(each.id, index)));
}

/** What it looks at itself, and what the graphs that it stands in ask for before they begin. */
export function lookedAt(node: PlannedNode): FlatExpression[] {
  const conditions = chainOf(node.group).flatMap(({ piece }) => operandsIn(piece?.when));
  return [...expressionsOf(node), parseFlat(node.definition.engine), ...conditions];
}

/** Fields of the run's input that come in somewhere: through what graphs are given, and what they hand out. */
export function fieldsIn(plan: GraphPlan, looked: FlatExpression[]): string[] {
  return looked.flatMap(referencesIn).flatMap((reference): string[] => {
    if (reference.kind === "input") return [reference.field];
    const isGiven = reference.kind === "given";
    const piece = plan.groups.get(isGiven ? reference.piece : reference.node)?.piece;
    const behind = isGiven ? piece?.inputs.get(reference.field) : piece?.output.get(reference.output);
    return behind ? fieldsIn(plan, [behind]) : [];
  });
}

/** Fields of the run's input that a node or its groups look at. */
export function fieldsOf(plan: GraphPlan, node: PlannedNode): Set<string> {
  const { each, repeat } = node.many ?? {};
  const looked = [
    ...lookedAt(node),
    ...(each ? [each.list] : []),
    ...operandsIn(repeat?.until),
    ...[...(repeat?.carry.values() ?? [])].map(({ init }) => init),
  ];
  return new Set(fieldsIn(plan, looked));
}
