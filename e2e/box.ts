/** A GPU box with exactly its pool's rights in Redis and the bucket's in S3, that does what a test says. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createKeys, objectKeys } from "@myspinbot/contracts/keys.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { steps, type Step } from "@myspinbot/contracts/steps.ts";
import type { Artifact, NodeResult, Task } from "@myspinbot/contracts/types.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { AwsClient } from "aws4fetch";
import { Redis } from "ioredis";
import { ulid } from "ulid";

export const keys = createKeys("msb");
const SHARD = "s0";

export interface Box {
  /** As the pool's user. */
  redis: Redis;
  /** Of the pool. */
  tasks: string;
  reports: string;
  taskKey(task: Task): string;
  pull(): Promise<Task>;
  settle(task: Task, result?: Partial<NodeResult>): Promise<unknown>;
  /** Any object, as its credentials allow. */
  put(key: string, body: string): Promise<Response>;
  /** Bytes stored where the task's artifacts lie, and their reference. */
  make(task: Task, text: string): Promise<Artifact>;
  close(): void;
}

export async function startBox(url: string, pool: string, s3: S3Access): Promise<Box> {
  const redis = new Redis(url, { protocol: 2, enableReadyCheck: false });
  const reader = new Redis(url, { protocol: 2, enableReadyCheck: false });
  const consumer = `exec_${ulid()}`;
  const client = new AwsClient({
    accessKeyId: s3.accessKey,
    secretAccessKey: s3.secretKey,
    service: "s3",
    region: s3.region,
  });
  const tasks = keys.poolTasks(SHARD, pool);
  const reports = keys.poolReports(SHARD, pool);
  const run = (step: Step<unknown>) =>
    redis.evalsha(SCRIPTS[step.script].sha1, step.keys.length, ...step.keys, ...step.args);
  const announcement = {
    executor_id: consumer,
    plane: "python",
    pool,
    version: "0",
    slots: 1,
    labels: {},
    node_types: [
      { type: "box_work", schema_digest: "b0c5".repeat(16), engines: [{ name: "box", available: true }] },
    ],
  };
  const row = { executor: consumer, announcement: JSON.stringify(announcement), status: "online" as const };
  await run(steps.announce(keys, { shard: SHARD, pool, ...row }));
  const put = (key: string, body: string) => {
    const path = key.split("/").map(encodeURIComponent).join("/");
    return client.fetch(`${s3.endpoint}/${s3.bucket}/${path}`, { method: "PUT", body });
  };
  return {
    redis,
    tasks,
    reports,
    taskKey: (task) => keys.poolTask(SHARD, pool, task.task_id),
    async pull() {
      const group = ["GROUP", "executors", consumer, "COUNT", "1", "BLOCK", "20000"];
      for (;;) {
        const answer = await reader
          .call("XREADGROUP", ...group, "STREAMS", tasks, ">")
          .catch(async (error: Error) => {
            // Before the pool's first task there is no group.
            if (!error.message.includes("NOGROUP")) throw error;
            await delay(20);
            return null;
          });
        const fields = (answer as [string, [string, string[]][]][] | null)?.[0]?.[1][0]?.[1];
        if (fields) return JSON.parse(fields[fields.indexOf("body") + 1]!) as Task;
      }
    },
    settle(task, result = {}) {
      const { id, attempt } = task.nodes[0]!;
      const body = { node_id: id, attempt, status: "succeeded", outputs: {}, ...result };
      const item = { kind: "result" as const, node: id, type: "", body: JSON.stringify(body) };
      const last = { outcome: "settled", reason: '""', first: 1, items: [item] };
      return run(steps.settle(keys, { shard: SHARD, pool, consumer, task: task.task_id, ...last }));
    },
    put,
    async make(task, text) {
      const sha256 = createHash("sha256").update(text).digest("hex");
      const key = objectKeys.artifact(task.run_id, task.task_id, sha256, "out.txt");
      await put(key, text);
      const size = Buffer.byteLength(text);
      const id = `art_${SHARD}_${ulid()}`;
      return { artifact_id: id, key, media_type: "text/plain", size, sha256, name: "out.txt", meta: {} };
    },
    close() {
      redis.disconnect();
      reader.disconnect();
    },
  };
}
