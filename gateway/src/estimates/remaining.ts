/** How long a run has still to go, from what such nodes and graphs took before and how far its own have come. */
import type { FlatGraph, RunNode } from "@myspinbot/contracts/types.ts";
import { isApproval, poolOf } from "../graphs/node-place.ts";
import { toGraphPlan } from "../run-engine/graph-plan.ts";
import type { GraphPlan } from "../run-engine/planned.ts";
import type { Durations } from "./durations.ts";

export interface Course {
  graph: FlatGraph;
  digest: string;
  /** As clients see them: a node of a group as its instances, once they are known. */
  nodes: readonly RunNode[];
  /** Ms since the run has begun; 0 before. */
  elapsedMs: number;
  now: number;
  durations: Durations;
  /** Places of the executors of a pool, together. */
  slots: (pool: string) => number;
}

type Seconds = number | undefined;

const PENDING: ReadonlySet<RunNode["status"]> = new Set(["pending", "dispatched"]);
/** Of what was done before its speed says how long the rest takes. */
const TELLING_SHARE = 0.05;
/** What has taken longer than ever still takes a little. */
const LAST_SHARE = 0.1;
/** Branches that are not taken make a graph faster than its nodes together, waits between them slower. */
const SCALES = { least: 0.1, most: 2 };

const plans = new WeakMap<FlatGraph, GraphPlan>();

/** Undefined where nothing like it has ended before, and while a person is waited for. */
export function remainingSeconds(course: Course): Seconds {
  const { nodes, durations, digest } = course;
  if (nodes.some((node) => node.status === "waiting")) return undefined;
  const ofGraph = durations.graph(digest);
  const usual = pathOf(course, (node) => usualOf(course, node));
  if (usual === undefined || (hasUnknownGroup(course) && ofGraph === undefined)) {
    const left = (ofGraph ?? 0) - course.elapsedMs / 1000;
    return left > 0 ? left : undefined;
  }
  const scale =
    ofGraph === undefined || usual === 0 ? 1 : Math.min(SCALES.most, Math.max(SCALES.least, ofGraph / usual));
  return pathOf(course, (node) => leftOf(course, node, scale));
}

function usualOf({ durations }: Course, node: RunNode): Seconds {
  return isApproval(node) ? 0 : durations.nodeType(node.type);
}

function leftOf(course: Course, node: RunNode, scale: number): Seconds {
  const usual = usualOf(course, node) ?? 0;
  if (PENDING.has(node.status)) return usual * scale;
  if (node.status !== "running") return 0;
  const elapsed = Math.max(0, course.now - Date.parse(node.started_at!)) / 1000;
  const share = node.progress && node.progress.total > 0 ? node.progress.done / node.progress.total : 0;
  if (share >= TELLING_SHARE) return (elapsed * Math.max(0, 1 - share)) / share;
  return Math.max(usual - elapsed, usual * LAST_SHARE);
}

/** The longest way through the graph, or what its busiest pool has to do, whichever is longer. */
function pathOf(course: Course, secondsOf: (node: RunNode) => Seconds): Seconds {
  const { nodes, slots } = course;
  const plan = planOf(course);
  const own = new Map<string, number>();
  const pools = new Map<string, number>();
  for (const node of nodes) {
    const seconds = secondsOf(node);
    if (seconds === undefined) return undefined;
    const written = writtenAs(plan, node.node_id);
    if (written === undefined) continue;
    own.set(written, Math.max(own.get(written) ?? 0, seconds));
    const pool = poolOf(plan.byId.get(written)!.definition);
    pools.set(pool, (pools.get(pool) ?? 0) + seconds);
  }
  const ends = new Map<string, number>();
  for (const { id, sources } of plan.nodes) {
    const before = Math.max(0, ...[...sources].map((source) => ends.get(source) ?? 0));
    ends.set(id, before + (own.get(id) ?? 0));
  }
  const shares = [...pools].map(([pool, seconds]) => seconds / Math.max(1, slots(pool)));
  return Math.max(0, ...ends.values(), ...shares);
}

/** An instance is called by its node and its index. */
function writtenAs(plan: GraphPlan, id: string): string | undefined {
  if (plan.byId.has(id)) return id;
  const node = id.replace(/\.\d+$/, "");
  return plan.byId.has(node) ? node : undefined;
}

/** How often its nodes will run is not known yet. */
function hasUnknownGroup(course: Course): boolean {
  const { byId } = planOf(course);
  return course.nodes.some(({ node_id }) => byId.get(node_id)?.many !== undefined);
}

function planOf({ graph, digest }: Course): GraphPlan {
  const plan = plans.get(graph) ?? toGraphPlan(graph, digest);
  plans.set(graph, plan);
  return plan;
}
