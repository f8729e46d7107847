/** Parts the nodes that are ready into pieces that share nothing: each becomes a task, and may go to another box. */
import { fitsInTask, type ModelNode } from "../run-engine/graph-model.ts";

/**
 * Nodes of one pool that hang together by edges which a task can hold. Order is kept, in the pieces and among them.
 * @param nodes in topological order
 */
export function toPieces(nodes: readonly ModelNode[]): ModelNode[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const pieceOf = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    while (pieceOf.get(root) !== root) root = pieceOf.get(root)!;
    // Without this a chain of joins would be walked again and again.
    for (let at = id; at !== root;) {
      const next = pieceOf.get(at)!;
      pieceOf.set(at, root);
      at = next;
    }
    return root;
  };
  for (const node of nodes) {
    pieceOf.set(node.id, node.id);
    for (const edge of node.incoming)
      if (fitsInTask(edge, byId.get(edge.source), node)) pieceOf.set(find(edge.source), node.id);
  }
  const pieces = new Map<string, ModelNode[]>();
  for (const node of nodes) {
    const root = find(node.id);
    const piece = pieces.get(root);
    if (piece) piece.push(node);
    else pieces.set(root, [node]);
  }
  return [...pieces.values()];
}
