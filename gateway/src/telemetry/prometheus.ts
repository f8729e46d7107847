/** The gateway's metrics in prom-client; imported by the Node.js entry only. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { GAUGES, REDIS_UP, STORE_UP } from "./gauge-table.ts";
import type { GaugeValues, Metrics, Surroundings } from "./metrics.ts";

const DRIVE_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const TASK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];
const RUN_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400];
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 10, 60];

/** Gauges of the library that are named as counters are; without the ending they are told by type. */
const MISNAMED = ["handles", "requests", "resources"].map((of) => `nodejs_active_${of}_total`);

const ESTIMATE_BUCKETS = [0.05, 0.1, 0.2, 0.35, 0.5, 1, 2, 5];

/** An own registry per call, so that two gateways in one process (tests) do not share numbers. */
export function createPrometheusMetrics(
  options: { processMetrics: boolean } = { processMetrics: true },
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
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
  const runs = new Histogram({
    name: "gateway_run_seconds",
    help: "From a run's submission to its end, by shipped graph.",
    labelNames: ["graph", "status"],
    buckets: RUN_BUCKETS,
    registers,
  });
  const runExpected = createEstimates(registers);
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const ended = counter("gateway_runs_ended_total", "Runs that have ended.", ["graph", "status"]);
  const failures = counter("gateway_node_failures_total", "Failed attempts, by who may try them again.", [
    "node_type",
    "class",
  ]);
  const lost = counter("gateway_tasks_lost_total", "Tasks whose executor has fallen silent.", ["pool"]);
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
  const dead = counter("gateway_dead_letters_total", "Entries that failed their schema.", ["source"]);
  const deliveries = counter("gateway_deliveries_total", "Attempts to deliver webhooks, by how they ended.", [
    "outcome",
  ]);
  return {
    drive: (seconds, outcome) => drives.observe({ outcome }, seconds),
    node: (type, outcome, seconds) => tasks.observe({ node_type: type, outcome }, seconds),
    nodeFailed: (type, failureClass) => failures.inc({ node_type: type, class: failureClass }),
    runEnded: (graph, status, seconds) => {
      ended.inc({ graph, status });
      runs.observe({ graph, status }, seconds);
    },
    runExpected,
    taskLost: (pool) => lost.inc({ pool }),
    ...createStoreCounts(registers),
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    deadLetter: (source) => dead.inc({ source }),
    delivery: (outcome) => deliveries.inc({ outcome }),
    async render(gauges, around) {
      setGauges(gauges, around);
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

type SetGauges = (values: GaugeValues | undefined, around: Surroundings) => void;

function createGauges(registers: Registry[]): SetGauges {
  const gauges = GAUGES.map(({ name, help, label, values }) => ({
    gauge: new Gauge({ name, help, labelNames: [label], registers }),
    ...{ label, values },
  }));
  const redisUp = new Gauge({ ...REDIS_UP, registers });
  const storeUp = new Gauge({ ...STORE_UP, registers });
  return (read, around) => {
    redisUp.set(read ? 1 : 0);
    storeUp.set(around.storeUp ? 1 : 0);
    for (const { gauge, label, values } of gauges) {
      gauge.reset();
      if (read) for (const [of, value] of values(read, around)) gauge.set({ [label]: of }, value);
    }
  };
}

function createEstimates(registers: Registry[]): Metrics["runExpected"] {
  const errors = new Histogram({
    name: "gateway_run_estimate_error_ratio",
    help: "Between what runs of the graph took before and what this one took, as a share of that, by shipped graph.",
    labelNames: ["graph"],
    buckets: ESTIMATE_BUCKETS,
    registers,
  });
  return (graph, error) => errors.observe({ graph }, error);
}

function createStoreCounts(registers: Registry[]): Pick<Metrics, "artifact" | "storeFailed"> {
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const artifacts = counter("gateway_artifacts_total", "Artifacts that runs have made.");
  const bytes = counter("gateway_artifact_bytes_total", "Their bytes.");
  const errors = counter(
    "gateway_store_errors_total",
    "Requests that the object store did not answer, or not as it should.",
  );
  return {
    artifact(size) {
      artifacts.inc();
      bytes.inc(size);
    },
    storeFailed: () => errors.inc(),
  };
}
