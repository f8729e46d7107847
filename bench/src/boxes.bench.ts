/**
 * Whether work that hangs together by nothing spreads over boxes: eight nodes of a second, and a list of eight, on two
 * gpu-nodes that take two tasks at once. At best it takes two seconds; on one box four, one by one eight.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startGpuNode } from "@myspinbot/services/gpu-node.ts";
import { startStack } from "@myspinbot/services/stack.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { quantile } from "./lib/stats.ts";

const ROUNDS = 8;
const NODES = 8;
const TARGET_S = 2.6;

const second = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id, type: "python_second", plane: "python" },
  ...more,
});
const GRAPHS: Record<string, Graph> = {
  "eight nodes": {
    name: "eight",
    nodes: Array.from({ length: NODES }, (_, i) => second(`n${i}`)),
    output: {},
  },
  "a list of eight": {
    name: "list",
    input: { list: "Text[]" },
    groups: { each: { each: "$input.list", max: NODES } },
    nodes: [second("n", { group: "each" })],
    output: {},
  },
};

const dir = await mkdtemp(join(tmpdir(), "bench-boxes-"));
try {
  const ledger = join(dir, "done.ledger");
  const boxEnv = (box: string): Record<string, string> => ({
    GPU_NODE_EXTENSIONS: join(ROOT, "bench", "python", "boxes_extension.py"),
    GPU_NODE_SETTINGS: `ledger=${ledger},box=${box}`,
    GPU_NODE_SLOTS: "2",
    GPU_NODE_LOG_LEVEL: "error",
  });
  const stack = await startStack({
    dir,
    gatewayEnv: { GATEWAY_EXTENSIONS: join(ROOT, "bench", "src", "boxes", "gateway-extension.ts") },
    gpuNodeEnv: boxEnv("one"),
  });
  const other = await startGpuNode({
    redisUrl: stack.valkey.urlOf("pool-default"),
    s3: stack.seaweed,
    dir: join(dir, "gpu-node-two"),
    env: boxEnv("two"),
  });
  const { runs } = createClient({ base: stack.gateway.url, runtime: systemRuntime });

  /** Seconds from the request to the end, and how many nodes the first box had. */
  const runOnce = async (graph: Graph): Promise<{ seconds: number; onOne: number }> => {
    const input = graph.input ? { list: Array.from({ length: NODES }, () => "x") } : {};
    const began = performance.now();
    const { run_id } = await runs.submit({ graph, input });
    const ended = await runs.watch(run_id);
    const seconds = (performance.now() - began) / 1000;
    if (ended.status !== "succeeded") throw new Error(`${run_id} is ${ended.status}`);
    const lines = (await readFile(ledger, "utf8")).split("\n").filter((line) => line.includes(run_id));
    if (lines.length !== NODES) throw new Error(`${lines.length} nodes were done`);
    return { seconds, onOne: lines.filter((line) => line.includes('"one"')).length };
  };

  try {
    const found = new Map(
      Object.keys(GRAPHS).map((name) => [name, [] as { seconds: number; onOne: number }[]]),
    );
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [name, graph] of Object.entries(GRAPHS)) {
        const once = await runOnce(graph);
        // The first starts the handlers' processes.
        if (round > 0) found.get(name)!.push(once);
      }
    const rows = [...found].map(([name, all]) => {
      const seconds = all.map((each) => each.seconds);
      const most = Math.max(...all.map(({ onOne }) => Math.max(onOne, NODES - onOne)));
      return { name, p50: quantile(seconds, 0.5), p90: quantile(seconds, 0.9), most };
    });
    printTable(
      `${NODES} nodes of a second on two boxes with two slots, seconds, ${ROUNDS} times each`,
      ["", "p50", "p90", "most on one box"],
      rows.map(({ name, p50, p90, most }) => [name, p50.toFixed(2), p90.toFixed(2), String(most)]),
    );
    const targets = Object.fromEntries(
      rows.map(({ name, p50 }) => [name, { value: p50, target: `<= ${TARGET_S} s`, met: p50 <= TARGET_S }]),
    );
    console.log("");
    for (const [name, verdict] of Object.entries(targets)) console.log(`${name} ${verdictText(verdict)}`);
    saveResults("boxes", { rounds: ROUNDS, rows, targets });
  } finally {
    await other.stop();
    await stack.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
