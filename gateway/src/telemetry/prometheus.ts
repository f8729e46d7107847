/** The gateway's metrics in prom-client; imported by the Node.js entry only. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { GaugeValues, Metrics } from "./metrics.ts";

const DRIVE_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const TASK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 10, 60];

/** An own registry per call, so that two gateways in one process (tests) do not share numbers. */
export function createPrometheusMetrics(
  options: { processMetrics: boolean } = { processMetrics: true },
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const setGauges = createGauges(registers);
  const drives = new Histogram({
    name: "gateway_drive_seconds",
    help: "From collected mail to its commit.",
    labelNames: ["outcome"],
    buckets: DRIVE_BUCKETS,
    registers,
  });
  const tasks = new Histogram({
    name: "gateway_task_seconds",
    help: "Execution of a node, as its executor measured it.",
    labelNames: ["node_type", "outcome"],
    buckets: TASK_BUCKETS,
    registers,
  });
  const requests = new Histogram({
    name: "gateway_request_seconds",
    help: "HTTP requests until their headers.",
    labelNames: ["route", "method", "status"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const streams = new Gauge({
    name: "gateway_open_event_streams",
    help: "Clients that follow a run.",
    registers,
  });
  const dead = new Counter({
    name: "gateway_dead_letters_total",
    help: "Entries that failed their schema.",
    labelNames: ["source"],
    registers,
  });
  const deliveries = new Counter({
    name: "gateway_deliveries_total",
    help: "Attempts to deliver webhooks, by how they ended.",
    labelNames: ["outcome"],
    registers,
  });
  return {
    drive: (seconds, outcome) => drives.observe({ outcome }, seconds),
    node: (type, outcome, seconds) => tasks.observe({ node_type: type, outcome }, seconds),
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    deadLetter: (source) => dead.inc({ source }),
    delivery: (outcome) => deliveries.inc({ outcome }),
    async render(gauges) {
      setGauges(gauges);
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function createGauges(registers: Registry[]): (values: GaugeValues | undefined) => void {
  const gauge = (name: string, label: string, help: string) =>
    new Gauge({ name, help, labelNames: [label], registers });
  const runs = gauge("gateway_runs", "status", "Runs that are kept, by status.");
  const waiting = gauge("gateway_pool_waiting_tasks", "pool", "Tasks that no executor has taken.");
  const running = gauge("gateway_pool_running_tasks", "pool", "Tasks that an executor holds.");
  const oldest = gauge(
    "gateway_pool_oldest_waiting_seconds",
    "pool",
    "Age of the oldest task that no executor has taken; 0 without one.",
  );
  const up = new Gauge({
    name: "gateway_redis_up",
    help: "Whether Redis answered for this page: 1 or 0. Without it nothing is told of runs and pools.",
    registers,
  });
  return (values) => {
    up.set(values ? 1 : 0);
    for (const each of [runs, waiting, running, oldest]) each.reset();
    if (!values) return;
    for (const { status, count } of values.runs) runs.set({ status }, count);
    for (const row of values.pools) {
      waiting.set({ pool: row.pool }, row.waiting);
      running.set({ pool: row.pool }, row.running);
      oldest.set({ pool: row.pool }, row.oldestSeconds);
    }
  };
}
