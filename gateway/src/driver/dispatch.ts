/** Makes tasks out of the nodes that are ready: one per connected piece of a pool, closed under its inputs. */
import type { Task, TaskInput, TaskNode } from "@myspinbot/contracts/types.ts";
import { DEFAULTS, OWNERS } from "@myspinbot/contracts/wire.ts";
import type { GraphModel, ModelNode } from "../run-engine/graph-model.ts";
import { evaluate, viewOf, type Operand } from "../run-engine/operands.ts";
import type { Channels } from "../run-engine/state.ts";
import { findSureNodes } from "../run-engine/sure-nodes.ts";
import { engineOf } from "../graphs/chosen-engine.ts";
import { isApproval } from "../graphs/node-place.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { beginDeadlines } from "./deadlines.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import { toPieces } from "./pieces.ts";

export interface DispatchContext {
  draft: Draft;
  /** All channels of the run after the hub's decision. */
  channels: Channels;
  run: string;
  owner: string;
  shard: string;
  now: number;
  model: GraphModel;
  nodeTypes: NodeTypes;
  newTaskId: () => string;
  traceparentOf?: (run: string, node: string, attempt: number) => string;
}

/** The inputs of a task are too large to travel inline; larger values are artifacts. */
export class TaskTooLarge extends Error {
  override readonly name = "TaskTooLarge";
}

/** What the executor cannot know is resolved here: forms, lists, what lies outside the task. */
function toInput(operand: Operand, channels: Channels, inside: ReadonlySet<string>): TaskInput | null {
  if (operand.kind === "node" && inside.has(operand.node))
    return { from: "node", node: operand.node, output: operand.output, optional: operand.optional };
  const value = evaluate(operand, viewOf(channels));
  return value.is === "value" ? { from: "value", value: value.value } : null;
}

function toTaskNode(
  context: DispatchContext,
  node: ModelNode,
  attempt: number,
  inside: ReadonlySet<string>,
): TaskNode {
  const type = context.nodeTypes.get(node.definition.type);
  if (!type) throw new Error(`node type ${node.definition.type} is not known here`);
  const inputs: TaskNode["inputs"] = {};
  for (const [name, operand] of node.inputs) {
    const input = toInput(operand, context.channels, inside);
    if (input) inputs[name] = input;
  }
  const after = node.incoming.filter((edge) => edge.on === "success" && inside.has(edge.source));
  return {
    id: node.id,
    type: node.definition.type,
    schema_digest: type.schema_digest,
    attempt,
    engine: engineOf(node.definition, viewOf(context.channels).input),
    timeout_s: node.definition.timeout_s ?? type.timeout_s,
    params: node.definition.params ?? {},
    inputs,
    after: [...new Set(after.map((edge) => edge.source))],
  };
}

/**
 * Nodes that later tasks of the pool will bring for certain: its first task lets their handlers judge what is known
 * of them, so that what can be refused is refused at the start.
 */
function nodesAhead(
  context: DispatchContext,
  pool: string,
  ready: ReadonlySet<string>,
  sure: ReadonlySet<string>,
): TaskNode[] {
  const { draft, model } = context;
  const ofPool = model.nodes.filter((node) => node.pool === pool);
  if (ofPool.some((node) => draft.rows.get(node.id)!.dispatched_at !== undefined)) return [];
  return ofPool
    .filter((node) => !ready.has(node.id) && sure.has(node.id) && !isApproval(node.definition))
    .map((node) => ({ ...toTaskNode(context, node, 1, new Set()), check: true }));
}

function fits(text: string): boolean {
  return new TextEncoder().encode(text).length <= DEFAULTS.task_payload_bytes;
}

interface Wanted {
  ready: ReadonlySet<string>;
  sure: ReadonlySet<string>;
  /** Pools that have got a task in this drive. */
  begun: Set<string>;
}

function dispatchPiece(context: DispatchContext, nodes: ModelNode[], { ready, sure, begun }: Wanted): void {
  const { draft } = context;
  const { pool } = nodes[0]!;
  const inside = new Set(nodes.map((node) => node.id));
  const task_id = context.newTaskId();
  const attempts = new Map(nodes.map((node) => [node.id, draft.rows.get(node.id)!.attempt + 1]));
  const body: Task = {
    task_id,
    run_id: context.run,
    shard: context.shard,
    // Boxes from before there were owners know no such field.
    ...(context.owner === OWNERS.default ? {} : { owner: context.owner }),
    pool,
    plane: nodes[0]!.definition.plane,
    nodes: nodes.map((node) => ({
      ...toTaskNode(context, node, attempts.get(node.id)!, inside),
      ...(context.traceparentOf === undefined
        ? {}
        : { traceparent: context.traceparentOf(context.run, node.id, attempts.get(node.id)!) }),
      ...(sure.has(node.id) ? { check: true } : {}),
    })),
  };
  const ahead = begun.has(pool) ? [] : nodesAhead(context, pool, ready, sure);
  begun.add(pool);
  const whole = JSON.stringify(ahead.length > 0 ? { ...body, ahead } : body);
  // Judging ahead is a courtesy: what is too large with it goes without.
  const text = fits(whole) ? whole : JSON.stringify(body);
  if (!fits(text)) {
    throw new TaskTooLarge(
      `The inputs of ${[...inside].join(", ")} are larger than ${DEFAULTS.task_payload_bytes} bytes.`,
    );
  }
  for (const node of nodes) beginDeadlines(context, node);
  for (const [node, attempt] of attempts) {
    setRow(draft, node, {
      status: "dispatched",
      attempt,
      task: task_id,
      dispatched_at: context.now,
      completed_at: undefined,
    });
    addEvent(draft, "node.dispatched", node, { attempt, task_id, pool });
  }
  draft.tasks.push({
    task: task_id,
    pool,
    body: text,
    nodes: [...attempts].map(([node, attempt]) => ({ node, attempt })),
  });
}

/**
 * Adds one task per connected piece of the nodes that are ready.
 * @throws TaskTooLarge
 */
export function dispatchReady(context: DispatchContext, ready: string[]): void {
  if (ready.length === 0) return;
  const wanted = new Set(ready);
  const sure = findSureNodes(context.model, context.nodeTypes);
  const begun = new Set<string>();
  // In topological order, so that a task reads from its beginning to its end.
  const nodes = context.model.nodes.filter((node) => wanted.has(node.id));
  for (const piece of toPieces(nodes)) dispatchPiece(context, piece, { ready: wanted, sure, begun });
}
