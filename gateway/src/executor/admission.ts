/**
 * Reads a task entry: what shall be run, by which engines, in which order, or why it cannot be run here;
 * admission.py is its twin.
 */
import type { Task, TaskNode } from "@myspinbot/contracts/types.ts";
import { validateTask } from "@myspinbot/contracts/validators.js";
import { fieldErrors } from "../errors/field-errors.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { inOrder } from "../graphs/order.ts";
import type { Capabilities } from "./capabilities.ts";
import type { HandlerHost } from "./handler-host.ts";
import { knownInputs } from "./node-inputs.ts";
import type { PlannedNode } from "./schedule.ts";
import type { Entry } from "./steps.ts";

export interface Admitted {
  readonly task: Task;
  /** Every node comes after its sources. */
  readonly nodes: readonly PlannedNode[];
  /** Nodes of later tasks, only to be judged; those that cannot run here are judged where they can. */
  readonly ahead: readonly PlannedNode[];
}

/** Why a task cannot be run here. `task` is missing when the entry does not even hold one. */
export interface Refused {
  readonly unfit: string;
  /** What it needs is away for now: it could run here. The node type whose engine is missing. */
  readonly away?: string;
  readonly task?: Task;
}

export interface AdmissionOptions {
  shard: string;
  pool: string;
  nodeTypes: NodeTypes;
  host: Pick<HandlerHost, "has">;
  capabilities: Pick<Capabilities, "engineFor">;
}

export function admit(entry: Entry, options: AdmissionOptions): Admitted | Refused {
  const task = readTask(entry, options);
  if ("unfit" in task) return task;
  const nodes: PlannedNode[] = [];
  for (const node of task.nodes) {
    const planned = planNode(node, options);
    if ("unfit" in planned) return { ...planned, task };
    nodes.push(planned);
  }
  const ahead = (task.ahead ?? []).flatMap((node) => {
    const planned = planNode(node, options);
    return "unfit" in planned ? [] : [planned];
  });
  const why = whyUnsound(nodes);
  if (why !== null) return { unfit: why, task };
  const { order, rest } = inOrder(
    nodes,
    ({ node }) => node.id,
    ({ sources }) => sources,
  );
  return rest.length === 0
    ? { task, nodes: order, ahead }
    : { unfit: "the nodes wait for each other in a circle", task };
}

function readTask(entry: Entry, { shard, pool }: AdmissionOptions): Task | Refused {
  let task: unknown;
  try {
    task = JSON.parse(entry.body);
  } catch {
    return { unfit: "the task is not JSON" };
  }
  const [error] = fieldErrors(validateTask, task);
  if (error) return { unfit: `the task does not fit its schema: ${error.pointer} ${error.detail}` };
  const { task_id, shard: taskShard, pool: taskPool, plane } = task as Task;
  const fits = task_id === entry.task && taskShard === shard && taskPool === pool && plane === "node";
  return fits ? (task as Task) : { unfit: "the task was given to the wrong pool, or under another name" };
}

function planNode(
  node: TaskNode,
  { nodeTypes, host, capabilities }: AdmissionOptions,
): PlannedNode | Refused {
  const type = nodeTypes.get(node.type);
  if (!type || !host.has(node.type)) return { unfit: `node type ${node.type} is not known here` };
  if (type.schema_digest !== node.schema_digest)
    return { unfit: `node type ${node.type} has another schema digest here` };
  const choice = capabilities.engineFor(type, node.engine, knownInputs({ node }));
  if ("never" in choice) return { unfit: choice.never };
  if ("away" in choice) return { unfit: choice.away, away: node.type };
  const inputs = Object.values(node.inputs).filter((input) => input.from === "node");
  const sources = new Set([...node.after, ...inputs.map((input) => input.node)]);
  return { node, type, engine: choice.engine, sources: [...sources] };
}

/** Why the nodes are not closed under their sources. */
function whyUnsound(nodes: readonly PlannedNode[]): string | null {
  const ids = new Set<string>();
  for (const { node } of nodes) {
    if (ids.has(node.id)) return `node ${node.id} appears twice`;
    ids.add(node.id);
  }
  for (const { node, sources } of nodes) {
    const missing = sources.find((source) => !ids.has(source));
    if (missing !== undefined) return `node ${node.id} needs ${missing}, which is not in the task`;
  }
  return null;
}
