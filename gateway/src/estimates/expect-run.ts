/** When a run is likely to begin and to end, from history: of one that is under way, and of a graph that is not started yet. */
import type { Capabilities, Executor, FlatGraph, Run, RunNode } from "@myspinbot/contracts/types.ts";
import type { AcceptedGraph } from "../graphs/catalogue.ts";
import { firstRow, isApproval, poolOf } from "../graphs/node-place.ts";
import { readDurations, type Durations, type DurationsDeps } from "./durations.ts";
import { readPoolState, slotsOf, waitSeconds, type PoolState } from "./queue-wait.ts";
import { remainingSeconds } from "./remaining.ts";

type Times = Pick<NonNullable<Run["queue"]>, "eta_s" | "ends_in_s">;

export interface RunUnderWay {
  graph: FlatGraph;
  digest: string;
  nodes: readonly RunNode[];
  startedAt: number | undefined;
  /** Waiting tasks before its first; undefined when none of its tasks waits. */
  position: number | undefined;
  now: number;
  executors: readonly Executor[];
}

export async function expectRun(deps: DurationsDeps, run: RunUnderWay): Promise<Times> {
  const first = run.nodes.find(({ status }) => status === "dispatched" || status === "pending");
  const waits = run.position !== undefined && run.startedAt === undefined;
  const pool = waits && first ? poolOfNode(run.graph, first) : undefined;
  const [durations, state] = await Promise.all([
    readDurations(deps, [run.digest]),
    pool === undefined ? undefined : readPoolState(deps, pool, run.executors),
  ]);
  const wait =
    state && pool !== undefined ? waitSeconds(state, run.position!, durations.pool(pool)) : undefined;
  const remaining = remainingSeconds({
    ...run,
    elapsedMs: run.startedAt === undefined ? 0 : run.now - run.startedAt,
    durations,
    slots: (name) => slotsOf(run.executors, name),
  });
  return timesOf(run.startedAt === undefined ? wait : 0, remaining, run.startedAt === undefined);
}

/** Shipped graphs, none of which is asked twice for its pool. */
export async function expectGraphs(
  deps: DurationsDeps,
  graphs: readonly AcceptedGraph[],
  executors: readonly Executor[],
): Promise<NonNullable<Capabilities["graphs"]>> {
  const durations = await readDurations(
    deps,
    graphs.map(({ digest }) => digest),
  );
  const pools = [...new Set(graphs.flatMap(({ graph }) => firstPool(graph) ?? []))];
  const states = new Map(
    await Promise.all(pools.map(async (pool) => [pool, await readPoolState(deps, pool, executors)] as const)),
  );
  return graphs.map((accepted) => expectGraph(accepted, { durations, states, executors }));
}

function expectGraph(
  { graph, digest }: AcceptedGraph,
  {
    durations,
    states,
    executors,
  }: { durations: Durations; states: ReadonlyMap<string, PoolState>; executors: readonly Executor[] },
): NonNullable<Capabilities["graphs"]>[number] {
  const pool = firstPool(graph);
  const state = pool === undefined ? undefined : states.get(pool);
  const wait = state && waitSeconds(state, state.waiting, durations.pool(pool!));
  const nodes = graph.nodes.map((node): RunNode => {
    const { type, plane } = firstRow(node);
    return { node_id: node.id, type, plane, status: "pending", attempt: 0 };
  });
  const remaining = remainingSeconds({
    ...{ graph, digest, nodes, durations, now: 0, elapsedMs: 0 },
    slots: (name) => slotsOf(executors, name),
  });
  const { eta_s, ends_in_s } = timesOf(wait, remaining, true);
  return {
    graph: graph.name,
    ...(eta_s === undefined ? {} : { starts_in_s: eta_s }),
    ...(ends_in_s === undefined ? {} : { ends_in_s }),
  };
}

function timesOf(wait: number | undefined, remaining: number | undefined, isToBegin: boolean): Times {
  return {
    ...(wait === undefined || !isToBegin ? {} : { eta_s: tenths(wait) }),
    ...(wait === undefined || remaining === undefined ? {} : { ends_in_s: tenths(wait + remaining) }),
  };
}

function firstPool(graph: FlatGraph): string | undefined {
  const node = graph.nodes.find((each) => !isApproval(each));
  return node && poolOf(node);
}

function poolOfNode(graph: FlatGraph, { node_id }: RunNode): string | undefined {
  const node = graph.nodes.find(({ id }) => id === node_id || node_id.startsWith(`${id}.`));
  return node && poolOf(node);
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
