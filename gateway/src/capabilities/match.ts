/** Decides at submit whether a run could ever be run, and by how many executors now. */
import type { Executor, FlatNode, NodeTypeCapability, RunNeed } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { isApproval, poolOf } from "../graphs/node-place.ts";
import type { NodeType, NodeTypes } from "../graphs/node-types.ts";

/** The reason where nobody is there to say one. */
export const NOBODY = "No executor that has it is online.";

/** What a node needs of an executor. */
interface Need {
  node: FlatNode;
  type: NodeType;
  pool: string;
  /** Engines that would do, in order of preference. */
  engines: string[];
}

type Engine = Executor["node_types"][number]["engines"][number];

export interface MatchOptions {
  /** Pointer to the node in the request. */
  pointerOf: (node: FlatNode) => string;
  /** Nodes whose failure does not end the run; asked for only when somebody is missing. */
  followed?: () => ReadonlySet<string>;
}

/**
 * The number of online executors for the node that has the fewest: with 0 the run waits for somebody to come.
 * Nodes whose failure is followed by somebody count for nothing: the run goes on without them.
 * @throws AppError `unknown-engine` for a name that the node type does not know, `engine-unavailable` when executors
 * say why they lack it, `no-executor-matches` when nobody has ever announced it.
 */
export function matchExecutors(
  nodes: readonly FlatNode[],
  nodeTypes: NodeTypes,
  executors: readonly Executor[],
  { pointerOf, followed }: MatchOptions,
): number {
  const counts = nodes.map((node) => {
    if (isApproval(node)) return Infinity;
    const pointer = pointerOf(node);
    const need = toNeed(node, nodeTypes, pointer);
    const able = executors.filter((executor) => canRun(executor, need));
    if (able.length === 0 && followed?.().has(node.id)) return Infinity;
    if (able.length === 0) throw nobody(need, executors, pointer);
    return able.filter((executor) => executor.status === "online").length;
  });
  return leastOf(counts, executors);
}

/** What asks nobody of the executors can be run by all of them. */
function leastOf(counts: number[], executors: readonly Executor[]): number {
  return Math.min(executors.filter(({ status }) => status === "online").length, ...counts);
}

/** The same for a run that is waiting: never throws, 0 when nobody can now. */
export function countMatching(
  nodes: readonly FlatNode[],
  nodeTypes: NodeTypes,
  executors: readonly Executor[],
): number {
  const counts = nodes.map((node) =>
    isApproval(node) ? Infinity : readyFor(node, nodeTypes, executors).length,
  );
  return leastOf(counts, executors);
}

/** Nodes that no executor can run now, with what those say that are online. */
export function missingFor(
  nodes: readonly FlatNode[],
  nodeTypes: NodeTypes,
  executors: readonly Executor[],
): RunNeed[] {
  return nodes
    .filter((node) => !isApproval(node) && readyFor(node, nodeTypes, executors).length === 0)
    .map((node) => ({ node_id: node.id, type: node.type, reason: reasonFor(node, nodeTypes, executors) }));
}

/** Whether executors that are online know the engines that a node wants, and all say that they are not here now. */
export function isAway(node: FlatNode, nodeTypes: NodeTypes, executors: readonly Executor[]): boolean {
  const type = nodeTypes.get(node.type);
  if (!type) return false;
  const need = needOf(node, type);
  const known = executors.flatMap((each) => (each.status === "online" ? announced(each, need) : []));
  return known.length > 0 && !known.some((engine) => engine.available);
}

function readyFor(node: FlatNode, nodeTypes: NodeTypes, executors: readonly Executor[]): Executor[] {
  const type = nodeTypes.get(node.type);
  if (!type) return [];
  const need = needOf(node, type);
  return executors.filter(
    (executor) =>
      executor.status === "online" && canRun(executor, need) && !rowOf(executor, need)?.cannot_now,
  );
}

function reasonFor(node: FlatNode, nodeTypes: NodeTypes, executors: readonly Executor[]): string {
  const type = nodeTypes.get(node.type);
  const need = type && needOf(node, type);
  const rows = need
    ? executors.flatMap((executor) => (executor.status === "online" ? (rowOf(executor, need) ?? []) : []))
    : [];
  const said = rows.flatMap((row) =>
    row.cannot_now
      ? [row.cannot_now]
      : row.engines
          .filter((engine) => need?.engines.includes(engine.name) && !engine.available)
          .map((engine) => `${engine.name}: ${engine.reason ?? "it is not available"}`),
  );
  return [...new Set(said)].join("; ") || NOBODY;
}

function toNeed(node: FlatNode, nodeTypes: NodeTypes, pointer: string): Need {
  const type = nodeTypes.get(node.type);
  if (!type)
    throw new AppError("invalid-graph", `There is no node type "${node.type}".`, {
      errors: [{ pointer: `${pointer}/type`, detail: "is not a known node type" }],
    });
  const need = needOf(node, type);
  const unknown = need.engines.find((engine) => !type.engines.includes(engine));
  if (unknown !== undefined) {
    throw new AppError(
      "unknown-engine",
      `"${type.type}" has no engine "${unknown}"; it has ${type.engines.join(", ")}.`,
      {
        errors: [{ pointer: `${pointer}/engine`, detail: "is not a known engine" }],
      },
    );
  }
  return need;
}

function needOf(node: FlatNode, type: NodeType): Need {
  const pool = poolOf(node);
  const engines = node.engine === undefined || node.engine === "auto" ? type.engines : [node.engine];
  return { node, type, pool, engines };
}

function canRun(executor: Executor, need: Need): boolean {
  return announced(executor, need).some((engine) => engine.available);
}

/** The engines among those needed that an executor knows of. */
function announced(executor: Executor, need: Need): Engine[] {
  return rowOf(executor, need)?.engines.filter((engine) => need.engines.includes(engine.name)) ?? [];
}

/** What an executor says of exactly this version of the node type. */
function rowOf(executor: Executor, { type, pool }: Need): NodeTypeCapability | undefined {
  if (executor.pool !== pool) return undefined;
  return executor.node_types.find(
    (each) => each.type === type.type && each.schema_digest === type.schema_digest,
  );
}

function nobody(need: Need, executors: readonly Executor[], pointer: string): AppError {
  const { node, type, pool } = need;
  const reasons = new Set(
    executors
      .flatMap((executor) => announced(executor, need))
      .map(({ name, reason }) => `${name}: ${reason ?? "no reason given"}`),
  );
  if (reasons.size > 0) {
    return new AppError(
      "engine-unavailable",
      `"${node.id}" cannot run here, because ${[...reasons].join("; ")}.`,
      {
        errors: [{ pointer, detail: "has no available engine" }],
      },
    );
  }
  const what =
    node.engine === undefined || node.engine === "auto"
      ? `"${type.type}"`
      : `"${type.type}" with the engine "${node.engine}"`;
  return new AppError(
    "no-executor-matches",
    `No executor of the pool "${pool}" has announced ${what} in this version.`,
    {
      errors: [{ pointer, detail: "cannot be run by any executor that is known" }],
    },
  );
}
