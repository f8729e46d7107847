/** Nodes in the frames of their groups: a group is one row, with all its instances. */
import type { RunGroup } from "@myspinbot/contracts/types.ts";
import { baseOf } from "./progress.ts";
import type { NodeView } from "./run-view.ts";

export interface FrameRow {
  id: string;
  group?: RunGroup | undefined;
  nodes: NodeView[];
}

export function framesOf(nodes: readonly NodeView[], groups: readonly RunGroup[] = []): FrameRow[] {
  const rows: FrameRow[] = [];
  const framed = new Map<string, FrameRow>();
  for (const node of nodes) {
    const group = groups.find((each) => each.nodes.includes(baseOf(node.node_id)));
    const known = group && framed.get(group.group_id);
    if (known) known.nodes.push(node);
    else {
      const row = { id: group?.group_id ?? node.node_id, group, nodes: [node] };
      rows.push(row);
      if (group) framed.set(group.group_id, row);
    }
  }
  return rows;
}
