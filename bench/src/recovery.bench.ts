/**
 * How soon lost work begins again (target P17): a handler's process is killed in the middle of a node, and what counts is
 * the time until a new task's handler has begun. With the system's own settings, its pause before a retry included.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startStack } from "@myspinbot/services/stack.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { quantile } from "./lib/stats.ts";
import { LedgerFile } from "./python/ledger-file.ts";

const ROUNDS = 40;
const BEGUN_MS = 30_000;
const TARGETS = { p50: 1_000, p99: 2_000 };

/** A handler that has begun; its clock is this process's, too. */
interface Began {
  readonly pid: number;
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly ns: number;
}

const graphOf = (name: string, backoffMs?: number): Graph => ({
  name,
  nodes: [
    {
      id: "hold",
      type: "python_hold",
      plane: "python",
      ...(backoffMs === undefined ? {} : { retry: { backoff_ms: backoffMs } }),
    },
  ],
  output: {},
});

const GRAPHS = { "as it is": graphOf("as-it-is"), "without a pause before the retry": graphOf("at-once", 1) };

const dir = await mkdtemp(join(tmpdir(), "bench-recovery-"));
try {
  const ledger = new LedgerFile(join(dir, "began.ledger"));
  const python = join(ROOT, "bench", "python");
  const stack = await startStack({
    dir,
    gatewayEnv: { GATEWAY_EXTENSIONS: join(ROOT, "bench", "src", "recovery", "gateway-extension.ts") },
    gpuNodeEnv: {
      GPU_NODE_EXTENSIONS: join(python, "recovery_extension.py"),
      GPU_NODE_SETTINGS: `ledger=${ledger.path}`,
      GPU_NODE_LOG_LEVEL: "error",
    },
  });
  const { runs } = createClient({ base: stack.gateway.url, runtime: systemRuntime });

  /** From the kill to the next handler's begin, in ms. */
  const recover = async (graph: Graph): Promise<number> => {
    const { run_id } = await runs.submit({ graph });
    const first = await ledger.next<Began>(BEGUN_MS);
    const killed = process.hrtime.bigint();
    process.kill(first.pid, "SIGKILL");
    const second = await ledger.next<Began>(BEGUN_MS);
    const ended = await runs.watch(run_id);
    if (ended.status !== "succeeded") throw new Error(`${run_id} is ${ended.status}`);
    if (second.run !== run_id || second.task === first.task) throw new Error("it was no new task");
    return (second.ns - Number(killed)) / 1e6;
  };

  try {
    const found = new Map<string, number[]>(Object.keys(GRAPHS).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, graph] of Object.entries(GRAPHS)) found.get(name)!.push(await recover(graph));
    const rows = [...found].map(([name, ms]) => ({
      ...{ name, p50: quantile(ms, 0.5), p90: quantile(ms, 0.9), p99: quantile(ms, 0.99) },
    }));
    printTable(
      `From kill -9 of a handler's process to the begin of the new task, ms, ${ROUNDS} times each`,
      ["", "p50", "p90", "p99"],
      rows.map(({ name, ...ms }) => [name, ...Object.values(ms).map((each) => each.toFixed(0))]),
    );
    const own = rows[0]!;
    const targets = Object.fromEntries(
      Object.entries(TARGETS).map(([name, limit]) => {
        const value = own[name as keyof typeof TARGETS];
        return [name, { value, target: `<= ${limit} ms`, met: value <= limit }];
      }),
    );
    console.log("");
    for (const [name, verdict] of Object.entries(targets)) console.log(`${name} ${verdictText(verdict)}`);
    saveResults("recovery", { rounds: ROUNDS, rows, targets });
  } finally {
    await stack.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
