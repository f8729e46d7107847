/** Shows the groups of a run's graph to clients, and what of the progress their members share. */
import type { FlatGraph, FlatGroup, NodeRow, Run } from "@myspinbot/contracts/types.ts";
import { chainIn, manyIn } from "../graphs/bound.ts";
import type { ProgressContext } from "./progress.ts";

type Fields = Record<string, string>;
type RunGroup = NonNullable<Run["groups"]>[number];

const ENDED: ReadonlySet<NodeRow["status"]> = new Set(["succeeded", "failed", "skipped", "canceled"]);

function rowOf(fields: Fields, id: string): NodeRow | undefined {
  const text = fields[id];
  return text === undefined ? undefined : (JSON.parse(text) as NodeRow);
}

function kindOf({ each, repeat, piece }: FlatGroup): RunGroup["kind"] {
  if (repeat) return "repeat";
  if (piece) return "graph";
  return each === undefined ? "try" : "each";
}

/** The statuses of a node, or of all its instances. */
function statusesOf(fields: Fields, node: string): NodeRow["status"][] {
  const row = rowOf(fields, node);
  if (row?.instances === undefined) return [row?.status ?? "pending"];
  return Array.from({ length: row.instances }, (_, i) => rowOf(fields, `${node}.${i}`)?.status ?? "pending");
}

interface Grouped extends Pick<FlatGraph, "groups"> {
  nodes: readonly { id: string; group?: string }[];
}

/** @param fields the run's node hash */
export function toRunGroups(graph: Grouped, fields: Fields): RunGroup[] {
  return Object.entries(graph.groups ?? {}).map(([id, group]) => {
    const nodes = graph.nodes
      .filter((node) => chainIn(graph, node.group).some(([around]) => around === id))
      .map((node) => node.id);
    const isOne = manyIn(graph, id) === undefined;
    const count = isOne ? 1 : rowOf(fields, nodes[0] ?? "")?.instances;
    const places = Array.from({ length: count ?? 0 }, (_, index) =>
      nodes.flatMap((node) => statusesOf(fields, isOne ? node : `${node}.${index}`)),
    );
    return {
      group_id: id,
      kind: kindOf(group),
      ...(group.piece ? { graph: group.piece.graph, graph_digest: group.piece.digest } : {}),
      nodes,
      ...(count === undefined ? {} : { count }),
      ended: places.filter((statuses) => statuses.every((status) => ENDED.has(status))).length,
      failed: places.filter((statuses) => statuses.includes("failed")).length,
    };
  });
}

/** The weight of a node of a group is shared by its instances; without any its share is done. */
export function shareWeights(
  weights: Record<string, number>,
  fields: Fields,
): Required<Pick<ProgressContext, "weights" | "empty">> {
  const shared: Record<string, number> = { ...weights };
  let empty = 0;
  for (const [id, weight] of Object.entries(weights)) {
    // A quick look: most nodes stand for themselves.
    if (!fields[id]?.includes('"instances":')) continue;
    const { instances = 0, of = instances } = rowOf(fields, id)!;
    if (of === 0) empty += weight;
    for (let index = 0; index < instances; index += 1) shared[`${id}.${index}`] = weight / of;
  }
  return { weights: shared, empty };
}
