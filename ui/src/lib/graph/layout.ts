/** Places of nodes and curves of edges, from left to right. */
import { Graph as Drawing, layout } from "@dagrejs/dagre";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { type Edge, edgesOf } from "./edges.ts";

export const NODE_WIDTH = 134;
export const NODE_HEIGHT = 56;

export interface Layout {
  width: number;
  height: number;
  nodes: Map<string, { x: number; y: number }>;
  edges: (Edge & { path: string })[];
}

export function layoutOf(graph: Graph): Layout {
  const drawing = new Drawing();
  drawing.setGraph({ rankdir: "LR", nodesep: 22, ranksep: 30, marginx: 2, marginy: 2 });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const { id } of graph.nodes) drawing.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const edges = edgesOf(graph);
  for (const { from, to } of edges) drawing.setEdge(from, to);
  layout(drawing);
  const { width = 0, height = 0 } = drawing.graph() as { width?: number; height?: number };
  return {
    ...{ width, height },
    nodes: new Map(graph.nodes.map(({ id }) => [id, topLeft(drawing.node(id) as { x: number; y: number })])),
    edges: edges.map((edge) => ({ ...edge, path: curve(pointsOf(drawing, edge)) })),
  };
}

interface Point {
  x: number;
  y: number;
}

/** From the right side of one node to the left side of the other; between them as the layout says. */
function pointsOf(drawing: Drawing, { from, to }: Edge): Point[] {
  const [a, b] = [drawing.node(from) as Point, drawing.node(to) as Point];
  const { points } = drawing.edge(from, to) as { points: Point[] };
  const right = { x: a.x + NODE_WIDTH / 2, y: a.y };
  const left = { x: b.x - NODE_WIDTH / 2, y: b.y };
  return [right, ...points.slice(1, -1).filter(({ x }) => x > right.x && x < left.x), left];
}

function topLeft({ x, y }: Point): Point {
  return { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
}

/** Through the points, leaving and arriving level. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let from = first;
  const parts = rest.map((to) => {
    const middle = (from.x + to.x) / 2;
    const part = `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    from = to;
    return part;
  });
  return `M${first.x} ${first.y}${parts.join("")}`;
}
