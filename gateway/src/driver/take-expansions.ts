/** Takes what a graph with groups has become into a draft: rows for new instances, and events that say how many. */
import { firstRow } from "../graphs/node-place.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";

export function takeExpansions(draft: Draft, model: GraphModel): void {
  for (const { node, count } of model.expansions) {
    if (draft.rows.get(node)!.instances === count) continue;
    setRow(draft, node, { instances: count, of: count });
    addEvent(draft, "node.expanded", node, { count });
  }
  for (const { id, definition } of model.nodes) {
    if (draft.rows.has(id)) continue;
    draft.rows.set(id, firstRow(definition));
    draft.changed.add(id);
  }
}
