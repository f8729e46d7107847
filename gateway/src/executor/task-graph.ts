/**
 * Runs the nodes of a task as a LangGraph graph without superstep barrier: one LangGraph node whose body starts a
 * LangGraph task per graph node as soon as that node's own sources have ended; task_graph.py is its twin.
 */
import { Annotation, START, StateGraph, task, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { langgraphName } from "../langgraph-name.ts";
import { installStorage } from "../langgraph-storage.ts";
import { resolveInputs } from "./node-inputs.ts";
import { verdictOf, type NodeEnd } from "./schedule.ts";
import type { PlannedNode } from "./schedule.ts";

installStorage();

export interface TaskGraph {
  nodes: readonly PlannedNode[];
  /** Runs one node; never rejects. */
  run(planned: PlannedNode, inputs: Record<string, unknown>): Promise<NodeEnd>;
}

const RUN = "$run";
const UNRUN: NodeEnd = { status: "unrun" };

const compiled = new StateGraph(Annotation.Root({ done: Annotation<boolean>() }))
  .addNode(RUN, async (_state: unknown, config: LangGraphRunnableConfig) => {
    await runNodes((config.configurable as { given: TaskGraph }).given);
    return { done: true };
  })
  .addEdge(START, RUN)
  .compile();

/** Resolves when every node has ended. Nodes must come after their sources. */
export async function runTaskGraph(given: TaskGraph): Promise<void> {
  await compiled.invoke({ done: false }, { configurable: { given } });
}

async function runNodes(given: TaskGraph): Promise<void> {
  const ends = new Map<string, Promise<NodeEnd>>();
  for (const planned of given.nodes) ends.set(planned.node.id, runWhenReady(given, planned, ends));
  await Promise.all(ends.values());
}

async function runWhenReady(
  given: TaskGraph,
  planned: PlannedNode,
  ends: ReadonlyMap<string, Promise<NodeEnd>>,
): Promise<NodeEnd> {
  const sources = new Map<string, NodeEnd>();
  for (const source of planned.sources) sources.set(source, (await ends.get(source)) ?? UNRUN);
  const verdict = verdictOf(planned, (id) => sources.get(id));
  if (verdict !== "run") return { status: verdict === "skipped" ? verdict : "unrun" };
  const inputs = resolveInputs(planned, sources);
  return await task(langgraphName(planned.node.id), () => given.run(planned, inputs))();
}
