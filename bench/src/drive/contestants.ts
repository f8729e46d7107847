/** What is compared: our driver, and LangGraph.js alone with somebody else's saver. Both drive the same graphs. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { Redis } from "ioredis";
import { systemClock } from "../../../gateway/src/clock.ts";
import { createDriver, type Driver } from "../../../gateway/src/driver/driver.ts";
import { createNodeTypes } from "../../../gateway/src/graphs/node-types.ts";
import type { Logger } from "../../../gateway/src/telemetry/logger.ts";
import { noMetrics } from "../../../gateway/src/telemetry/metrics.ts";
import { NODE_TYPES, VALIDATORS } from "../lib/graphs.ts";
import { measured, type Cost } from "./measured.ts";
import { createPeerGraph, type Durability } from "./peer-graph.ts";
import type { RunFeeder } from "./run-feeder.ts";

export interface Contestant {
  readonly name: string;
  /** Takes so many runs of the graph from their submission to their end, their drives side by side. */
  run(graph: Graph, runs: number): Promise<Cost>;
}

const DAY_MS = 86_400_000;
const complain = (message: string, fields?: unknown): void => console.error(message, fields);
export const SILENT: Logger = { debug: () => {}, info: () => {}, warn: complain, error: complain };

export function createBenchDriver(redis: Redis, keys: Keys): Driver {
  return createDriver({
    redis,
    keys,
    nodeTypes: createNodeTypes({ nodeTypes: NODE_TYPES, validators: VALIDATORS }),
    logger: SILENT,
    metrics: noMetrics,
    clock: systemClock,
    random: Math.random,
    lockMs: 10_000,
    retentionMs: DAY_MS,
    retryBackoffMs: 1000,
    executors: () => Promise.resolve([]),
  });
}

/** With several drivers the drives go round between them, so that none finds the run's checkpoint in its memory. */
export function ours(name: string, feeder: RunFeeder, drivers: readonly Driver[]): Contestant {
  return {
    name,
    async run(graph, runs) {
      const cost = { drives: 0, wallMs: 0, cpuMs: 0 };
      for (let i = 0; i < runs; i += 1) await feeder.submit(graph);
      for (
        let turn = 0, mail = await feeder.readMail();
        mail.length > 0;
        turn += 1, mail = await feeder.readMail()
      ) {
        const driver = drivers[turn % drivers.length] as Driver;
        await measured(
          cost,
          mail.map((entry) => () => driver.take(entry)),
        );
        await feeder.finishTasks();
      }
      return cost;
    },
  };
}

/** `createSaver` is called once per batch: MemorySaver keeps all threads for ever and gets slower. */
export function peer(
  name: string,
  durability: Durability,
  createSaver: () => BaseCheckpointSaver,
): Contestant {
  let threads = 0;
  return {
    name,
    async run(graph, runs) {
      const cost = { drives: 0, wallMs: 0, cpuMs: 0 };
      const lang = createPeerGraph(graph, createSaver(), durability);
      const names = Array.from(
        { length: runs },
        () => `run_s0_${name.replaceAll(/\W/g, "-")}-${(threads += 1)}`,
      );
      let ready = new Map<string, readonly string[]>();
      await measured(
        cost,
        names.map((thread) => async () => ready.set(thread, await lang.start(thread))),
      );
      while (ready.size > 0) {
        const next = new Map<string, readonly string[]>();
        await measured(
          cost,
          [...ready].map(([thread, nodes]) => async () => {
            const more = await lang.finish(thread, nodes);
            if (more.length > 0) next.set(thread, more);
          }),
        );
        ready = next;
      }
      return cost;
    },
  };
}
