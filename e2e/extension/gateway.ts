/** The gateway's side of the test node types, loaded by GATEWAY_EXTENSIONS. */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export { KILL_GRAPHS as graphs } from "../kill-graphs.ts";
export { nodeTypes, validators } from "./node-types.ts";

interface Context {
  runId: string;
  taskId: string;
  nodeId: string;
  attempt: number;
  traceparent?: string;
  signal: AbortSignal;
}

function write(phase: "begin" | "beat" | "end", context: Context): void {
  const { runId, taskId, nodeId, attempt, traceparent } = context;
  const line = { phase, run: runId, task: taskId, node: nodeId, attempt, traceparent, at: Date.now() };
  appendFileSync(process.env.E2E_LEDGER ?? "", `${JSON.stringify(line)}\n`);
}

/** Never looks whether the task is canceled, and lets nobody else have its thread. */
function beDeaf(context: Context): never {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    write("beat", context);
    Atomics.wait(nothing, 0, 0, 20);
  }
}

async function ledgerNode(
  params: { sleep_ms?: number; deaf?: boolean },
  inputs: Record<string, string>,
  context: Context,
): Promise<{ v: string }> {
  if (isAway())
    throw Object.assign(new Error("The ledger is closed."), {
      code: "handler-unavailable",
      class: "retryable",
    });
  write("begin", context);
  if (params.deaf) beDeaf(context);
  await delay(params.sleep_ms ?? 0, undefined, { signal: context.signal });
  write("end", context);
  return { v: `${context.nodeId}(${[inputs.x, inputs.y, inputs.z].filter(Boolean).join(",")})` };
}

/** As a test says by a file beside the ledger. */
const isAway = (): boolean => existsSync(`${process.env.E2E_LEDGER}.node-away`);

const engines = () => [
  isAway()
    ? { name: "ledger", available: false, reason: "the ledger is closed" }
    : { name: "ledger", available: true },
];

export const handlers = { ledger_node: Object.assign(ledgerNode, { engines }) };
