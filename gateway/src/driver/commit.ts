/** Ends a drive with one script call: checkpoint, tasks, events, timers and record change together or not at all. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { FIRST, steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import type { StoredCheckpoint } from "../checkpoints/layout.ts";
import { ownerOf } from "../owner.ts";
import type { Redis } from "../redis/client.ts";
import { taskStream, taskStreams } from "../redis/task-stream.ts";
import { runStep } from "../redis/scripts.ts";
import type { Draft } from "./draft.ts";
import { durationsOf } from "./durations.ts";
import type { Situation } from "./situation.ts";

export interface CommitRequest {
  shard: string;
  run: string;
  token: string;
  commitId: string;
  /** Name of the checkpoint that the drive began with; '' before the first. */
  parent: string;
  situation: Situation;
  draft: Draft;
  checkpoint: (StoredCheckpoint & { name: string }) | null;
  lockMs: number;
  retentionMs: number;
  /** With which the ids of deliveries begin that follow from it; always the same when it is repeated. */
  deliveryIds: string;
  /** Called when it was sent. */
  sent?: (() => void) | undefined;
}

/** Collects the pool keys or payloads that a plan names by index, in Lua's counting. */
class Indexed {
  readonly items: string[] = [];
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  add(item: string): number {
    return this.#first + this.items.push(item) - 1;
  }
}

function planTasks(
  keys: Keys,
  { shard, draft, situation }: CommitRequest,
  K: Indexed,
  A: Indexed,
): unknown[] {
  const { priority } = situation.record;
  return draft.tasks.map(({ task, pool, body, nodes }) => ({
    task,
    pool,
    stream: K.add(taskStream(keys, shard, pool, priority)),
    levels: taskStreams(keys, shard, pool).map((stream) => K.add(stream)),
    hash: K.add(keys.poolTask(shard, pool, task)),
    body: A.add(body),
    nodes: nodes.map(({ node, attempt }) => `${node}:${attempt}`).join(","),
  }));
}

function planCancel(keys: Keys, { shard, draft, situation }: CommitRequest, K: Indexed): unknown[] {
  const { priority } = situation.record;
  return draft.cancel.map(({ task, pool }) => ({
    task,
    stream: K.add(taskStream(keys, shard, pool, priority)),
    hash: K.add(keys.poolTask(shard, pool, task)),
    reports: K.add(keys.poolReports(shard, pool)),
    control: keys.channels.poolControl(shard, pool),
  }));
}

function planData({ draft }: CommitRequest, A: Indexed): unknown[] {
  const ends = (["output", "error"] as const).map((field) => ({ field, value: draft[field] }));
  return [...ends, ...draft.data]
    .filter(({ value }) => value !== undefined)
    .map(({ field, value }) => ({ field, arg: A.add(JSON.stringify(value)) }));
}

/** `false`, not null: cjson's null is true in Lua. */
function planCheckpoint({ checkpoint }: CommitRequest, A: Indexed): unknown {
  if (!checkpoint) return false;
  return {
    id: checkpoint.name,
    body: A.add(checkpoint.body),
    metadata: A.add(checkpoint.metadata),
    blobs: checkpoint.blobs.map(({ channel, version, value }) => ({ channel, version, arg: A.add(value) })),
  };
}

function toPlan(keys: Keys, request: CommitRequest, K: Indexed, A: Indexed): unknown {
  const { draft, situation } = request;
  const index = situation.letters.length - 1;
  const { source, entry } = situation.letters[index]!;
  return {
    run: request.run,
    owner: ownerOf(situation.record.owner),
    commit: request.commitId,
    token: request.token,
    parent: request.parent,
    last: { source, entry, index },
    status: draft.status,
    ran: draft.ran,
    guard: draft.guard,
    terminal: draft.terminal,
    accepted: draft.accepted,
    open: situation.openTasks.map(({ task, pool }) => K.add(keys.poolTask(request.shard, pool, task))),
    tasks: planTasks(keys, request, K, A),
    cancel: planCancel(keys, request, K),
    dispatch: draft.tasks.flatMap(({ task, nodes }) =>
      nodes.map(({ node, attempt }) => ({ node, task, attempt })),
    ),
    clear: draft.clear,
    waits: draft.waits,
    asks: draft.terminal ? [] : draft.asks,
    late: draft.late,
    nodes: [...draft.changed].map((node) => ({ node, json: A.add(JSON.stringify(draft.rows.get(node))) })),
    events: draft.events.map(({ type, node, data }) => ({ type, node, data: A.add(JSON.stringify(data)) })),
    timers: draft.terminal ? [] : draft.timers,
    untimers: draft.untimers,
    record: draft.record,
    data: planData(request, A),
    artifacts: draft.artifacts.map(({ id, value, bytes }) => ({
      id,
      arg: A.add(JSON.stringify(value)),
      bytes,
    })),
    checkpoint: planCheckpoint(request, A),
    durations: durationsOf(situation, draft),
    lock_ms: request.lockMs,
    retention_ms: request.retentionMs,
  };
}

/** Runs `commit.lua` and answers its answer. */
export function commit(
  redis: Redis,
  keys: Keys,
  request: CommitRequest,
): Promise<AnswerOf<typeof steps.commit>> {
  const { shard, run, deliveryIds } = request;
  const K = new Indexed(FIRST.commit.key);
  const A = new Indexed(FIRST.commit.arg);
  const plan = JSON.stringify(toPlan(keys, request, K, A));
  const checkpoint = request.checkpoint?.name ?? "";
  const step = steps.commit(keys, {
    ...{ shard, run, checkpoint, plan, deliveryIds },
    ...{ poolKeys: K.items, payloads: A.items },
  });
  return runStep(redis, step, request.sent);
}
