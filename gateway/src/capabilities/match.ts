/** Decides at submit whether a run could ever be run, and by how many executors now. */
import type { Executor, GraphNode } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { poolOf } from "../graphs/node-place.ts";
import type { NodeType, NodeTypes } from "../graphs/node-types.ts";

/** What a node needs of an executor. */
interface Need {
  node: GraphNode;
  type: NodeType;
  pool: string;
  /** Engines that would do, in order of preference. */
  engines: string[];
}

type Engine = Executor["node_types"][number]["engines"][number];

/**
 * The number of online executors for the node that has the fewest: with 0 the run waits for somebody to come.
 * @param prefix pointer to the graph in the request
 * @throws AppError `unknown-engine` for a name that the node type does not know, `engine-unavailable` when executors
 * say why they lack it, `no-executor-matches` when nobody has ever announced it.
 */
export function matchExecutors(
  nodes: readonly GraphNode[],
  nodeTypes: NodeTypes,
  executors: readonly Executor[],
  prefix: string,
): number {
  const counts = nodes.map((node, index) => {
    const pointer = `${prefix}/nodes/${index}`;
    const need = toNeed(node, nodeTypes, pointer);
    const able = executors.filter((executor) => canRun(executor, need));
    if (able.length === 0) throw nobody(need, executors, pointer);
    return able.filter((executor) => executor.status === "online").length;
  });
  return Math.min(...counts);
}

/** The same for a run that is waiting: never throws, 0 when nobody can. */
export function countMatching(
  nodes: readonly GraphNode[],
  nodeTypes: NodeTypes,
  executors: readonly Executor[],
): number {
  const online = executors.filter((executor) => executor.status === "online");
  const counts = nodes.map((node) => {
    const type = nodeTypes.get(node.type);
    return type ? online.filter((executor) => canRun(executor, needOf(node, type))).length : 0;
  });
  return Math.min(...counts);
}

function toNeed(node: GraphNode, nodeTypes: NodeTypes, pointer: string): Need {
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

function needOf(node: GraphNode, type: NodeType): Need {
  const pool = poolOf(node);
  const engines = node.engine === undefined || node.engine === "auto" ? type.engines : [node.engine];
  return { node, type, pool, engines };
}

function canRun(executor: Executor, need: Need): boolean {
  return announced(executor, need).some((engine) => engine.available);
}

/** The engines among those needed that an executor knows of, for exactly this version of the node type. */
function announced(executor: Executor, { type, pool, engines }: Need): Engine[] {
  if (executor.pool !== pool) return [];
  const row = executor.node_types.find(
    (each) => each.type === type.type && each.schema_digest === type.schema_digest,
  );
  return row?.engines.filter((engine) => engines.includes(engine.name)) ?? [];
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
