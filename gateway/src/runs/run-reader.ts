/** Reads runs for clients: one by id, as snapshot with its place in the log, and what a queued one waits for. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { FlatGraph, FlatNode, Run } from "@myspinbot/contracts/types.ts";
import type { Registry } from "../capabilities/registry.ts";
import { countMatching, missingFor, NOBODY } from "../capabilities/match.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { expectRun, type RunUnderWay } from "../estimates/expect-run.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { withEngines } from "../graphs/chosen-engine.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import type { Redis } from "../redis/client.ts";
import { shardOfRun } from "../run-id.ts";
import { runNotFound } from "./ids.ts";
import { toRunNodes } from "./node-view.ts";
import { queuePosition } from "./queue-position.ts";
import { readRunRecord, type RunRecord } from "./run-record.ts";
import { toRun } from "./run-view.ts";

export interface RunReader {
  /** @throws AppError `run-not-found`. */
  get(run: string): Promise<Run>;
  /** The run as it is now, unless it cannot be read: that it was accepted is what a client must hear then. */
  getIfReadable(run: string): Promise<Run | undefined>;
  /** The run and the number of the last event that it contains. */
  snapshot(run: string): Promise<{ seq: number; run: Run } | undefined>;
  /** @throws AppError `run-not-found`. */
  record(run: string): Promise<RunRecord>;
}

export interface RunReaderOptions {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  clock: Clock;
  nodeTypes: NodeTypes;
  registry: Registry;
  known: KnownGraphs;
}

/** Graphs by their digest, so what was read once stays true. */
export type KnownGraphs = Map<string, FlatGraph>;

/** Redis is away, or the run was deleted meanwhile. */
const UNREADABLE: ReadonlySet<string> = new Set(["redis-unavailable", "run-not-found"]);

/** What may still need an executor. */
const WAITS: ReadonlySet<string> = new Set<Run["status"]>(["queued", "running", "waiting"]);

const GRAPHS_KEPT = 200;

export function createRunReader(options: RunReaderOptions): RunReader {
  const { redis, keys, shards, clock, nodeTypes, registry, known: graphs } = options;

  const graphOf = async ({ run, record }: RunRecord): Promise<FlatGraph | undefined> => {
    const digest = record.digest ?? "";
    const known = graphs.get(digest);
    if (known) return known;
    const text = await fromRedis(redis.get(keys.graph(shardOfRun(run), digest)));
    if (text === null) return undefined;
    if (graphs.size >= GRAPHS_KEPT) graphs.clear();
    const graph = JSON.parse(text) as FlatGraph;
    graphs.set(digest, graph);
    return graph;
  };

  const queueOf = async (source: RunRecord, graph: FlatGraph | undefined): Promise<Run["queue"]> => {
    const { run, record } = source;
    const isQueued = record.status === "queued";
    const [position, all] = await Promise.all([
      isQueued ? queuePosition({ redis, keys, shards }, run, record.priority) : undefined,
      registry.executors(),
    ]);
    // A box with fewer shards than there are does nothing for the others.
    const executors = all.filter(({ shards: own = Infinity }) => Number(shardOfRun(run).slice(1)) < own);
    const nodes = graph ? withEngines(graph.nodes, inputOf(source)) : [];
    // That nobody is there at all is what a queued run's count says.
    const expected = graph
      ? await expectRun(options, courseOf(source, graph, { position, executors, now: clock.now() }))
      : {};
    const missing = missingFor(nodesToRun(source, nodes), nodeTypes, executors).filter(
      ({ reason }) => !isQueued || reason !== NOBODY,
    );
    const waitingFor = missing.length > 0 ? { waiting_for: missing } : undefined;
    if (!isQueued) return waitingFor || "ends_in_s" in expected ? { ...expected, ...waitingFor } : undefined;
    const matching = graph ? countMatching(nodes, nodeTypes, executors) : 0;
    const place = position === undefined ? {} : { position };
    return { ...place, ...expected, matching_executors: matching, ...waitingFor };
  };

  const view = async (source: RunRecord): Promise<Run> => {
    const graph = await graphOf(source);
    const queue = WAITS.has(source.record.status) ? await queueOf(source, graph) : undefined;
    return toRun(source, {
      now: clock.now(),
      graph,
      ...(queue ? { queue } : {}),
    });
  };

  const record = async (run: string): Promise<RunRecord> => {
    const source = await readRunRecord(redis, keys, run);
    if (!source) throw runNotFound(run);
    return source;
  };

  const get = async (run: string): Promise<Run> => view(await record(run));

  return {
    record,
    get,
    async getIfReadable(run) {
      try {
        return await get(run);
      } catch (error) {
        if (error instanceof AppError && UNREADABLE.has(error.code)) return undefined;
        throw error;
      }
    },
    async snapshot(run) {
      const source = await readRunRecord(redis, keys, run);
      return source && { seq: Number(source.record.seq), run: await view(source) };
    },
  };
}

function inputOf({ data }: RunRecord): Record<string, unknown> {
  return data.input === undefined ? {} : (JSON.parse(data.input) as Record<string, unknown>);
}

/** Nodes that have neither ended nor begun. */
function nodesToRun(source: RunRecord, nodes: FlatNode[]): FlatNode[] {
  const order = nodes.map((node) => node.id);
  const waiting = new Set(
    toRunNodes(source.nodes, order).flatMap((node) =>
      node.status === "pending" || node.status === "dispatched" ? [node.node_id] : [],
    ),
  );
  return nodes.filter((node) => waiting.has(node.id));
}

function courseOf(
  { nodes, data, record }: RunRecord,
  graph: FlatGraph,
  around: Pick<RunUnderWay, "position" | "executors" | "now">,
): RunUnderWay {
  const order = graph.nodes.map((node) => node.id);
  return {
    graph,
    digest: record.digest,
    nodes: toRunNodes(nodes, order, data),
    startedAt: record.started_at === undefined ? undefined : Number(record.started_at),
    ...around,
  };
}
