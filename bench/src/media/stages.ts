/** What one run of the film's graph cost, node by node, as seen from outside the handler process. */
import type { Event, Graph, Run } from "@myspinbot/contracts/types.ts";
import type { Stack } from "@myspinbot/services/stack.ts";
import { createParser } from "eventsource-parser";
import { childrenOf, cpuSeconds, peakMiB } from "../lib/memory.ts";

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
  const used = (): number => sum(childrenOf(stack.gpuNode.service.pid).map(cpuSeconds));
  const peak = (): number => Math.max(0, ...childrenOf(stack.gpuNode.service.pid).map(peakMiB));
  const base = used();
  const began = performance.now();
  const run = await create(stack, { graph, input });
  const ends: { node: string; cpu: number; peak: number }[] = [];
  await follow(stack, run.run_id, (event) => {
    if (event.type === "node.succeeded") ends.push({ node: event.node_id!, cpu: used(), peak: peak() });
  });
  const wallSeconds = (performance.now() - began) / 1000;
  const ended = (await (await fetch(`${stack.gateway.url}/v1/runs/${run.run_id}`)).json()) as Run;
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

async function create(stack: Stack, body: unknown): Promise<Run> {
  const response = await fetch(`${stack.gateway.url}/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`refused: ${text}`);
  return JSON.parse(text) as Run;
}

/** All events of a run as they come, until it has ended. */
async function follow(stack: Stack, runId: string, hear: (event: Event) => void): Promise<void> {
  const response = await fetch(`${stack.gateway.url}/v1/runs/${runId}/events?after=0`, {
    headers: { accept: "text/event-stream" },
  });
  const parser = createParser({ onEvent: ({ data }) => hear(JSON.parse(data) as Event) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) parser.feed(decoder.decode(chunk, { stream: true }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
