/** Places of nodes, frames around groups and curves of edges, from left to right. */
import { Graph as Drawing, layout } from "@dagrejs/dagre";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { type Edge, edgesOf } from "./edges.ts";

/** So that seven in a row, as in the graph of a film, fit into the page. */
export const NODE_WIDTH = 116;
export const NODE_HEIGHT = 56;

/** Room above the nodes of a frame for its title, and around them. */
const TITLE_HEIGHT = 22;
const PADDING = 9;

export interface Frame {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  frames: Frame[];
  nodes: Map<string, { x: number; y: number }>;
  edges: (Edge & { path: string })[];
}

export function layoutOf(graph: Graph): Layout {
  const groups = [...new Set(graph.nodes.flatMap(({ group }) => (group === undefined ? [] : [group])))];
  const drawing = new Drawing({ compound: true });
  // Frames need room between what they are around and their neighbours.
  const [nodesep, marginx, marginy] =
    groups.length > 0 ? [TITLE_HEIGHT + 2 * PADDING, PADDING + 1, TITLE_HEIGHT + PADDING] : [22, 2, 2];
  drawing.setGraph({ rankdir: "LR", nodesep, ranksep: 24, marginx, marginy });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const { id } of graph.nodes) drawing.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  // No node can be called like them: names hold no colon.
  for (const group of groups) drawing.setNode(`group:${group}`, {});
  for (const { id, group } of graph.nodes) if (group !== undefined) drawing.setParent(id, `group:${group}`);
  const edges = edgesOf(graph);
  for (const { from, to } of edges) drawing.setEdge(from, to);
  layout(drawing);
  const { width = 0, height = 0 } = drawing.graph() as { width?: number; height?: number };
  const nodes = new Map(graph.nodes.map(({ id }) => [id, topLeft(drawing.node(id) as Point)]));
  const membersOf = (group: string): Point[] =>
    graph.nodes.filter((node) => node.group === group).map(({ id }) => nodes.get(id)!);
  return {
    ...{ width, height, nodes },
    frames: groups.map((id) => ({ id, ...around(membersOf(id)) })),
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

/** With room for the title above. @param places top left corners of nodes */
function around(places: readonly Point[]): Omit<Frame, "id"> {
  const left = Math.min(...places.map(({ x }) => x)) - PADDING;
  const top = Math.min(...places.map(({ y }) => y)) - TITLE_HEIGHT;
  const right = Math.max(...places.map(({ x }) => x)) + NODE_WIDTH + PADDING;
  const bottom = Math.max(...places.map(({ y }) => y)) + NODE_HEIGHT + PADDING;
  return { x: left, y: top, width: right - left, height: bottom - top };
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
