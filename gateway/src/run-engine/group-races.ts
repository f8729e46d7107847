/** Races of the groups that a node stands in: before a graph or a loop, and in what a graph makes. */
import type { FlatExpression } from "../graphs/flat-expressions.ts";
import { placeBy, type Expander } from "./expander.ts";
import type { ModelNode } from "./graph-model.ts";
import type { Place } from "./groups.ts";
import type { Operand } from "./operands.ts";
import { chainOf, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { resolve } from "./resolve.ts";

const NONE = { racesBefore: [], racesBehind: [] };

/** As the groups see them where they stand. */
export function racesAround(
  expander: Expander,
  { group }: PlannedNode,
  place: Place | undefined,
): Pick<ModelNode, "racesBefore" | "racesBehind"> {
  const { races } = expander;
  if (!races) return NONE;
  const read = (each: PlannedGroup, expressions: readonly FlatExpression[]): Operand[] =>
    expressions.map((expression) => resolve(expander, expression, placeBy(each.many, place)));
  const around = chainOf(group).map((each) => ({ each, ...races.ofGroup.get(each.id)! }));
  return {
    racesBefore: around.flatMap(({ each, before }) => read(each, before)),
    racesBehind: around.flatMap(({ each, behind }) => read(each, behind)),
  };
}
