/** Plays the driver of one pool: issues tasks as the script `commit` does, and reads what executors report. */
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import type { TaskNode } from "@myspinbot/contracts/types.ts";
import { validateMail, validateNote } from "@myspinbot/contracts/validators.js";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import { newId } from "../../ids.ts";
import { createCommandClient, createReaderClient, type Redis } from "../../redis/client.ts";
import { toRecord } from "../../redis/flat.ts";
import { DIGEST } from "./node-types.ts";

export const SHARD = "s0";
export const POOL = "node";

export interface Report {
  task: string;
  kind: "note" | "result" | "ending";
  node: string;
  type: string;
  body: Record<string, unknown>;
}

export interface TestPool {
  redis: Redis;
  keys: Keys;
  /** Issues a task; nodes need only say what is unusual about them. */
  addTask(...nodes: Partial<TaskNode>[]): Promise<string>;
  /** The same with nodes of later tasks. */
  addTaskAhead(ahead: Partial<TaskNode>[], ...nodes: Partial<TaskNode>[]): Promise<string>;
  /** Issues a task and gives it at once to an executor, on a connection that dies before it can tell. */
  addSwallowed(executorId: string, ...nodes: Partial<TaskNode>[]): Promise<string>;
  /** Tells an executor that it holds what it does not renew, as drivers do. */
  remind(executorId: string): Promise<void>;
  /** Issues a task whose entry holds this body. */
  addBody(task: string, body: string): Promise<void>;
  /** The next thing that was reported, in the order of the stream. */
  nextReport(): Promise<Report>;
  /** Skips reports until the ending of a task. */
  endingOf(task: string): Promise<Record<string, unknown>>;
  cancel(task: string, publish: boolean): Promise<void>;
  /** Ends a task as the driver's reap does. */
  close(task: string): Promise<void>;
  hash(task: string): Promise<Record<string, string>>;
  /** Takes new entries in the name of an executor, as a connection does that dies before it can tell. */
  swallow(executorId: string): Promise<void>;
  disconnect(): void;
}

const RUN = "run_s0_1";

/** What `commit` does for a task, in one step. */
const ISSUE = `
  local entry = redis.call('XADD', KEYS[1], '*', 'task', ARGV[1], 'body', ARGV[2], 'start_by', '0')
  redis.call('HSET', KEYS[2], 'run', ARGV[3], 'entry', entry, 'state', 'open', 'reported', '0')
  if ARGV[4] ~= '' then
    redis.call('XREADGROUP', 'GROUP', ARGV[5], ARGV[4], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
  end`;

let prefixes = 0;

/** @param keys of another test pool, to be its neighbor in another shard; that shard has no group yet */
export async function createTestPool(url: string, shard: string = SHARD, shared?: Keys): Promise<TestPool> {
  prefixes += 1;
  const keys = shared ?? createKeys(`t${process.pid}x${prefixes}`);
  const redis = createCommandClient(url);
  const reader = createReaderClient(url, { blockMs: 10_000, shard });
  await reader.connect();
  const stream = keys.poolTasks(shard, POOL);
  if (!shared) await redis.xgroup("CREATE", stream, GROUPS.executors, "0", "MKSTREAM");
  let seen = "0";

  const nextReport = async (): Promise<Report> => {
    if (reader.status !== "ready") await new Promise((resolve) => reader.once("ready", resolve));
    const reply = await reader.xread(
      "COUNT",
      1,
      "BLOCK",
      10_000,
      "STREAMS",
      keys.poolReports(shard, POOL),
      seen,
    );
    const row = reply?.[0]?.[1][0];
    if (!row) throw new Error("nothing was reported within 10 s");
    seen = row[0];
    const { task, kind, node, type, body } = toRecord(row[1]);
    assertFits(toRecord(row[1]));
    return {
      task: task!,
      kind: kind as Report["kind"],
      node: node!,
      type: type!,
      body: JSON.parse(body!) as Report["body"],
    };
  };

  const addBody = async (task: string, body: string, swallowedBy = "") => {
    const values = [task, body, RUN, swallowedBy, GROUPS.executors];
    await redis.eval(ISSUE, 2, stream, keys.poolTask(shard, POOL, task), ...values);
  };

  const add = async (nodes: Partial<TaskNode>[], more: object, swallowedBy?: string): Promise<string> => {
    const task_id = newId("task", shard);
    const task = {
      task_id,
      run_id: RUN,
      shard,
      pool: POOL,
      plane: "node",
      nodes: nodes.map(toNode),
      ...more,
    };
    await addBody(task_id, JSON.stringify(task), swallowedBy);
    return task_id;
  };

  return {
    redis,
    keys,
    addBody,
    addTask: (...nodes) => add(nodes, {}),
    addSwallowed: (executorId, ...nodes) => add(nodes, {}, executorId),
    async remind(executorId) {
      await redis.publish(keys.channels.poolControl(shard, POOL), `renew ${executorId}`);
    },
    addTaskAhead: (ahead, ...nodes) => add(nodes, { ahead: ahead.map(toNode) }),
    nextReport,
    async endingOf(task) {
      for (;;) {
        const report = await nextReport();
        if (report.task === task && report.kind === "ending") return report.body;
      }
    },
    async cancel(task, publish) {
      await redis.hset(keys.poolTask(shard, POOL, task), "cancel", "1");
      if (publish) await redis.publish(keys.channels.poolControl(shard, POOL), `cancel ${task}`);
    },
    async close(task) {
      const hash = keys.poolTask(shard, POOL, task);
      const entry = await redis.hget(hash, "entry");
      await redis.hset(hash, "state", "closed");
      await redis.xack(stream, GROUPS.executors, entry!);
      await redis.xdel(stream, entry!);
    },
    hash: (task) => redis.hgetall(keys.poolTask(shard, POOL, task)),
    async swallow(executorId) {
      await redis.xreadgroup("GROUP", GROUPS.executors, executorId, "COUNT", 10, "STREAMS", stream, ">");
    },
    disconnect() {
      redis.disconnect();
      reader.disconnect();
    },
  };
}

/** Whatever an executor says must be what drivers take. */
function assertFits(fields: Record<string, string>): void {
  const body: unknown = JSON.parse(fields.body!);
  const isNote = fields.kind === "note";
  const said = isNote ? { type: fields.type, node_id: fields.node, data: body } : body;
  const validate = isNote ? validateNote : validateMail;
  if (!validate(said)) throw new Error(`${fields.body} does not fit: ${JSON.stringify(validate.errors)}`);
}

function toNode(node: Partial<TaskNode>): TaskNode {
  return {
    id: "a",
    type: "work",
    schema_digest: DIGEST,
    attempt: 1,
    engine: "auto",
    timeout_s: 60,
    params: {},
    inputs: {},
    after: [],
    ...node,
  };
}
