/** What the metrics show of all runs and pools: names, words and where each value comes from. */
import type { GaugeValues, Surroundings } from "./metrics.ts";

export interface GaugeRow {
  name: string;
  help: string;
  /** Name of the label that tells its values apart. */
  label: string;
  values: (read: GaugeValues, around: Surroundings) => [label: string, value: number][];
}

export const GAUGES: readonly GaugeRow[] = [
  {
    name: "gateway_runs",
    help: "Runs that are kept, by status.",
    label: "status",
    values: ({ runs }) => runs.map(({ status, count }) => [status, count]),
  },
  {
    name: "gateway_stored_objects",
    help: "Artifacts of runs and files of clients that are kept.",
    label: "kind",
    values: ({ storage: { total } }) => [
      ["artifact", total.artifacts],
      ["file", total.files],
    ],
  },
  {
    name: "gateway_stored_bytes",
    help: "Their bytes in the object store.",
    label: "kind",
    values: ({ storage: { total } }) => [
      ["artifact", total.artifact_bytes],
      ["file", total.file_bytes],
    ],
  },
  {
    name: "gateway_pool_waiting_tasks",
    help: "Tasks that no executor has taken.",
    label: "pool",
    values: ({ pools }) => pools.map(({ pool, waiting }) => [pool, waiting]),
  },
  {
    name: "gateway_pool_running_tasks",
    help: "Tasks that an executor holds.",
    label: "pool",
    values: ({ pools }) => pools.map(({ pool, running }) => [pool, running]),
  },
  {
    name: "gateway_pool_oldest_waiting_seconds",
    help: "Age of the oldest task that no executor has taken; 0 without one.",
    label: "pool",
    values: ({ pools }) => pools.map(({ pool, oldestSeconds }) => [pool, oldestSeconds]),
  },
  {
    name: "gateway_pool_executors",
    help: "Executors that are online.",
    label: "pool",
    values: ({ pools }, { executors }) =>
      pools.map(({ pool }) => [pool, executors.find((each) => each.pool === pool)?.online ?? 0]),
  },
  {
    name: "gateway_pool_slots",
    help: "Tasks that they run at once.",
    label: "pool",
    values: ({ pools }, { executors }) =>
      pools.map(({ pool }) => [pool, executors.find((each) => each.pool === pool)?.slots ?? 0]),
  },
];

export const STORE_UP = {
  name: "gateway_store_up",
  help: "Whether the object store answered for this page: 1 or 0.",
} as const;

export const REDIS_UP = {
  name: "gateway_redis_up",
  help: "Whether Redis answered for this page: 1 or 0. Without it nothing is told of runs and pools.",
} as const;
