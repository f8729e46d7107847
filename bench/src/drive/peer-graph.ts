/**
 * The peer: a plain LangGraph.js graph of the same shape as our hub, with somebody else's saver. It decides what is
 * ready by the same function and does nothing else: no mail, tasks, events or timers.
 */
import type { Graph } from "@myspinbot/contracts/types.ts";
import {
  Annotation,
  Command,
  END,
  START,
  StateGraph,
  type LangGraphRunnableConfig,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { flatten } from "../../../gateway/src/graphs/flatten.ts";
import { toGraphModel } from "../../../gateway/src/run-engine/read-graph.ts";
import { decide } from "../../../gateway/src/run-engine/readiness.ts";
import {
  INPUT_CHANNEL,
  outputChannel,
  stateChannel,
  type Channels,
} from "../../../gateway/src/run-engine/state.ts";

/** `exit` writes once at the end of an invoke, which is cheapest; `async` is LangGraph's default. */
export type Durability = "exit" | "async";

export interface PeerGraph {
  /** The first invoke of a thread; answers the nodes that became ready. */
  start(thread: string): Promise<string[]>;
  /** One invoke with the outputs of nodes that ended. */
  finish(thread: string, nodes: readonly string[]): Promise<string[]>;
}

const ROUTE = "$route";

export function createPeerGraph(graph: Graph, saver: BaseCheckpointSaver, durability: Durability): PeerGraph {
  const model = toGraphModel(flatten(graph), graph.name);
  const ready = (config: LangGraphRunnableConfig): string[] =>
    (config.configurable as { ready: string[] }).ready;
  const channels = model.nodes.flatMap(({ id }) => [stateChannel(id), outputChannel(id)]);
  const annotations = Object.fromEntries(
    [INPUT_CHANNEL, ...channels].map((name) => [name, Annotation<unknown>()]),
  );

  const route = (state: Channels): Command => {
    const decision = decide(model, state);
    return new Command({ goto: decision.ready.length > 0 ? decision.ready : END });
  };
  let builder = new StateGraph(Annotation.Root(annotations)).addNode(ROUTE, route as never, {
    ends: [...model.nodes.map(({ id }) => id), END],
  }) as unknown as StateGraph<never, never, never, string>;
  builder.addEdge(START, ROUTE);
  for (const { id } of model.nodes) {
    const dispatch = (_: Channels, config: LangGraphRunnableConfig): Channels => {
      ready(config).push(id);
      return { [stateChannel(id)]: { phase: "dispatched" } };
    };
    builder = builder.addNode(id, dispatch as never);
    builder.addEdge(id, ROUTE);
  }
  const compiled = builder.compile({ checkpointer: saver as never });

  async function invoke(thread: string, step: unknown): Promise<string[]> {
    const configurable = { thread_id: thread, ready: [] as string[] };
    await compiled.invoke(step as never, { configurable, durability });
    return configurable.ready;
  }

  return {
    start: (thread) => invoke(thread, { [INPUT_CHANNEL]: {} }),
    finish(thread, nodes) {
      const update: Channels = {};
      for (const id of nodes) {
        update[stateChannel(id)] = { phase: "succeeded" };
        update[outputChannel(id)] = { v: id };
      }
      return invoke(thread, new Command({ update, goto: ROUTE }));
    },
  };
}
