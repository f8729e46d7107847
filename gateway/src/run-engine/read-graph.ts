/** From an accepted graph to the model that decisions are made on. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { expand } from "./expand.ts";
import type { GraphModel } from "./graph-model.ts";
import { toGraphPlan } from "./graph-plan.ts";
import { hasInstances, type GraphPlan } from "./planned.ts";
import { readRaces } from "./races.ts";

/** Whether what there is depends on what happens. */
function canChange(plan: GraphPlan): boolean {
  return [...plan.groups.values()].some((group) => hasInstances(group) || group.piece);
}

/**
 * Reads an accepted graph.
 * @throws when the graph has a cycle or a dangling edge; accepted graphs have neither.
 */
export function toGraphModel(graph: FlatGraph, digest: string): GraphModel {
  const plan = toGraphPlan(graph, digest);
  const races = readRaces(plan);
  const model = expand(plan, {}, races);
  return canChange(plan) ? { ...model, expand: (channels) => expand(plan, channels, races) } : model;
}
