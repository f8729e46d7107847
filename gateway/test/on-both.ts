/** Which test files ask the Worker as well as the app in their own process, and why others do not: read by vitest.config.ts. */
import type { Reason } from "./runtime.ts";

/** They run a second time, against the bundle in the runtime of Workers. */
export const ON_BOTH: readonly string[] = [
  "gateway/src/access/keys.int.test.ts",
  "gateway/src/access/limits.int.test.ts",
  "gateway/src/access/matrix.int.test.ts",
  "gateway/src/app.int.test.ts",
  "gateway/src/artifacts/content.int.test.ts",
  "gateway/src/artifacts/gone.int.test.ts",
  "gateway/src/checkpoints/kept-as-said.int.test.ts",
  "gateway/src/entry/nodejs/webhooks.int.test.ts",
  "gateway/src/estimates/expect-run.int.test.ts",
  "gateway/src/events/events.int.test.ts",
  "gateway/src/files/passing.int.test.ts",
  "gateway/src/owners.int.test.ts",
  "gateway/src/routes/http-rules.int.test.ts",
  "gateway/src/runs/cancel-run.int.test.ts",
  "gateway/src/runs/engines.int.test.ts",
  "gateway/src/runs/fork-ends.int.test.ts",
  "gateway/src/runs/fork-run.int.test.ts",
  "gateway/src/runs/lists.int.test.ts",
  "gateway/src/runs/loops.int.test.ts",
  "gateway/src/runs/priority.int.test.ts",
  "gateway/src/runs/queue-position.int.test.ts",
  "gateway/src/runs/resume-run.int.test.ts",
  "gateway/src/runs/run-record.int.test.ts",
  "gateway/src/runs/runs.int.test.ts",
];

/** Whole files that ask the app in their own process alone. */
export const IN_PROCESS: Readonly<Record<string, Reason>> = {
  "gateway/src/entry/nodejs/http-server.int.test.ts": "process",
  "gateway/src/entry/nodejs/webhook-faults.int.test.ts": "deliverer",
  "gateway/src/files/uploads.int.test.ts": "apart",
  "gateway/src/middleware/connections/connections.int.test.ts": "client",
  "gateway/src/operators/operators.int.test.ts": "apart",
  "gateway/src/routes/largest-graph.int.test.ts": "given",
  "gateway/src/runs/inlined.int.test.ts": "given",
  "gateway/src/runs/leaks.int.test.ts": "process",
  "gateway/src/telemetry/metrics.int.test.ts": "counts",
};
