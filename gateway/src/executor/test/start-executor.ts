/** Starts an executor on a test pool, with short times and a log that tests can read. */
import { systemClock, systemRandom } from "../../clock.ts";
import type { Handlers } from "../../handlers/handler.ts";
import { newPlainId } from "../../ids.ts";
import { createReaderClient, createSubscriberClient, type Redis } from "../../redis/client.ts";
import type { LogFields } from "../../telemetry/logger.ts";
import { createExecutor, type Executor, type ExecutorDeps } from "../executor.ts";
import { createInPlaceHost } from "../in-place.ts";
import { createTestNodeTypes } from "./node-types.ts";
import { POOL, SHARD, type TestPool } from "./pool.ts";

export interface TestExecutor extends Executor {
  id: string;
  lines: { msg: string; fields: LogFields }[];
  /** The connections with which tasks are read, one per shard. */
  readers: Redis[];
}

export async function startExecutor(
  url: string,
  pool: TestPool,
  handlers: Handlers,
  more: Partial<ExecutorDeps> = {},
): Promise<TestExecutor> {
  const lines: TestExecutor["lines"] = [];
  const write = (msg: string, fields: LogFields = {}) => void lines.push({ msg, fields });
  const readers: Redis[] = [];
  const executorId = more.executorId ?? newPlainId("exec");
  const executor = createExecutor({
    redis: pool.redis,
    openReader: (shard) => {
      readers.push(createReaderClient(url, { blockMs: 2000, shard }));
      return readers.at(-1)!;
    },
    openSubscriber: () => createSubscriberClient(url),
    keys: pool.keys,
    shards: [SHARD],
    pool: POOL,
    executorId,
    version: "test",
    slots: 4,
    leaseMs: 10_000,
    renewMs: 100,
    announceMs: 10_000,
    probeMs: 10_000,
    totals: { cpu: 8, gpu: 0, vram_gb: 0 },
    blockMs: 2000,
    nodeTypes: createTestNodeTypes(...Object.keys(handlers)),
    host: createInPlaceHost(handlers, more.clock ?? systemClock),
    logger: { debug: write, info: write, warn: write, error: write },
    metrics: { node() {} },
    clock: systemClock,
    random: systemRandom,
    ...more,
  });
  await executor.start();
  return { ...executor, id: executorId, lines, readers };
}
