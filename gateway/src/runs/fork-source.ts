/** A run that is forked: what is read of it, and what of it a fork begins with. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Artifact, FlatGraph, NodeRow, RunRow } from "@myspinbot/contracts/types.ts";
import { openCarry, readCheckpointAnswer } from "../checkpoints/drive-checkpoint.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { instanceId, isMeant } from "../run-engine/fork-looks.ts";
import type { GraphPlan } from "../run-engine/planned.ts";
import { INPUT_CHANNEL, outputChannel, stateChannel, type Channels } from "../run-engine/state.ts";
import type { Redis } from "../redis/client.ts";
import { toRecord } from "../redis/flat.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { missingRun } from "./missing-run.ts";
import type { ForkedFrom } from "./submit.ts";

type Fields = Record<string, string>;

/** What a fork needs to know of a run, as it is at one moment. */
export interface Source {
  run: string;
  record: RunRow;
  nodes: Fields;
  data: Fields;
  artifacts: Fields;
  channels: Channels;
  graph: FlatGraph;
}

/**
 * @param asking the owner who wants it
 * @throws AppError `run-not-found`, `run-gone`
 */
export async function readSource(
  { redis, keys }: { redis: Redis; keys: Keys },
  run: string,
  asking: string,
): Promise<Source> {
  const step = steps.readSource(keys, { shard: shardOfRun(run), run });
  const answer = await fromRedis(runStep(redis, step));
  if (answer.length === 0) throw await missingRun({ redis, keys }, run, asking);
  const [record, nodes, data, artifacts, checkpoint, graph] = answer;
  const read = readCheckpointAnswer(checkpoint);
  const carry = await openCarry(read);
  const begun = carry.latest?.checkpoint.channel_values;
  return {
    run,
    record: toRecord(record) as unknown as RunRow,
    nodes: toRecord(nodes),
    data: toRecord(data),
    artifacts: toRecord(artifacts),
    channels: begun ?? (read.kind === "none" ? read.taken : {}),
    graph: JSON.parse(graph) as FlatGraph,
  };
}

export function parsed<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T);
}

/** @throws AppError `node-not-found`, `node-not-run` */
export function assertRan({ run, nodes }: Source, plan: GraphPlan, name: string): void {
  const errors = (detail: string): FieldError[] => [{ pointer: "/from_node", detail }];
  const rowOf = (id: string) => parsed<NodeRow>(nodes[id]);
  const meant = plan.nodes.flatMap((node) => {
    const { instances = 0 } = rowOf(node.id) ?? {};
    const indices = [undefined, ...Array.from({ length: instances }, (_, index) => index)];
    const own = indices.filter((index) => isMeant(name, node, index));
    return own.flatMap((index) => rowOf(instanceId(node.id, index)) ?? []);
  });
  if (meant.length === 0) {
    const wrong = errors("names no node of the run");
    throw new AppError("node-not-found", `${run} has no node "${name}".`, { errors: wrong, status: 422 });
  }
  if (meant.some(({ attempt }) => attempt > 0)) return;
  throw new AppError("node-not-run", `"${name}" has not run in ${run}.`, { errors: errors("has not run") });
}

/** Whether nothing of a node is done again: of one with instances, none of them. */
export function isWhole({ nodes }: Source, reused: ReadonlySet<string>, id: string): boolean {
  const count = parsed<NodeRow>(nodes[id])?.instances;
  if (count === undefined) return reused.has(id);
  return Array.from({ length: count }, (_, index) => `${id}.${index}`).every((each) => reused.has(each));
}

/** Rows, channels and artifacts of the nodes that are not done again, as the new run begins with them. */
export function takenOver(source: Source, node: string, reused: ReadonlySet<string>): ForkedFrom {
  const nodes: Fields = {};
  const shown: Fields = {};
  const channels: Channels = {};
  for (const id of reused) {
    const row = parsed<NodeRow>(source.nodes[id]);
    if (!row) continue;
    // Deadlines are those of what the fork does itself: of a group's other members they begin anew.
    const { deadline_at: _, group_deadline_at: __, ...rest } = row;
    nodes[id] = JSON.stringify({ ...rest, reused_from: row.reused_from ?? source.run });
    for (const channel of [stateChannel(id), outputChannel(id)])
      if (channel in source.channels) channels[channel] = source.channels[channel];
    copyField(source.nodes, `answer:${id}`, nodes);
    copyField(source.data, `approval:${id}`, shown);
  }
  const artifacts = Object.entries(source.artifacts).filter(([, row]) =>
    reused.has((JSON.parse(row) as Artifact).node_id ?? ""),
  );
  const makers = artifacts.map(([, row]) => (JSON.parse(row) as Artifact).run_id ?? source.run);
  delete channels[INPUT_CHANNEL];
  return {
    source: source.run,
    node,
    nodes,
    shown,
    taken: channels,
    artifacts: Object.fromEntries(artifacts),
    makers: [...new Set(makers)],
  };
}

function copyField(from: Fields, field: string, to: Fields): void {
  if (from[field] !== undefined) to[field] = from[field];
}
