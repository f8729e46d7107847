/** What one run of the film's graph cost, node by node, as seen from outside the handler process. */
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { Stack } from "@myspinbot/services/stack.ts";
import { descendantsOf, cpuSeconds, peakMiB } from "../lib/memory.ts";

export interface Stage {
  readonly node: string;
  readonly type: string;
  readonly engine: string;
  readonly seconds: number;
  /** Of the handler process; 0 for what the gateway does itself. */
  readonly cpuSeconds: number;
  /** The largest that the handler process has been until the end of this node. */
  readonly peakMiB: number;
}

export interface Measured {
  readonly filmSeconds: number;
  /** From the request to the last event. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly stages: readonly Stage[];
}

/** Runs the graph once. The gpu-node must have one slot: then one process does one node after the other. */
export async function measureRun(
  stack: Stack,
  graph: Graph,
  input: Record<string, unknown>,
): Promise<Measured> {
  const { runs } = createClient({ base: stack.gateway.url, runtime: systemRuntime });
  const used = (): number => sum(descendantsOf(stack.gpuNode.service.pid).map(cpuSeconds));
  const peak = (): number => Math.max(0, ...descendantsOf(stack.gpuNode.service.pid).map(peakMiB));
  const base = used();
  const began = performance.now();
  const { run_id } = await runs.submit({ graph, input });
  const ends: { node: string; cpu: number; peak: number }[] = [];
  for await (const frame of runs.follow(run_id, { after: 0 }))
    if (frame.kind === "event" && frame.event.type === "node.succeeded")
      ends.push({ node: frame.event.node_id!, cpu: used(), peak: peak() });
  const wallSeconds = (performance.now() - began) / 1000;
  const ended = await runs.get(run_id);
  if (ended.status !== "succeeded") throw new Error(`the run failed: ${JSON.stringify(ended.error)}`);
  const stages = ends.map(({ node, cpu, peak: peakSoFar }, i) => {
    const row = ended.nodes.find(({ node_id }) => node_id === node)!;
    return {
      node,
      type: row.type,
      engine: row.engine ?? "",
      seconds: row.timing?.execute_s ?? 0,
      cpuSeconds: cpu - (ends[i - 1]?.cpu ?? base),
      peakMiB: peakSoFar,
    };
  });
  const { meta } = ended.output!["video"] as { meta: { duration_s: number } };
  return { filmSeconds: meta.duration_s, wallSeconds, cpuSeconds: used() - base, peakMiB: peak(), stages };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
