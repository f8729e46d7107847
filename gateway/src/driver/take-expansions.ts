/** Takes what a graph with groups has become into a draft: rows for new instances, and events that say how many. */
import { firstRow } from "../graphs/node-place.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";

export function takeExpansions(draft: Draft, model: GraphModel): void {
  for (const { node, count, of } of model.expansions) {
    const { instances, of: most } = draft.rows.get(node)!;
    if (instances === count && most === of) continue;
    setRow(draft, node, { instances: count, of });
    if (instances !== count) addEvent(draft, "node.expanded", node, { count });
  }
  for (const { id, definition } of model.nodes) {
    if (draft.rows.has(id)) continue;
    draft.rows.set(id, firstRow(definition));
    draft.changed.add(id);
  }
}
