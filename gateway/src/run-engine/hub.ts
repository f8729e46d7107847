/**
 * The run engine: a run's graph as a LangGraph.js graph around one hub. `$route` sends the run to every node that may
 * start; a node's body only marks itself dispatched; its result re-enters as a Command on the same thread.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import {
  Annotation,
  Command,
  END,
  START,
  StateGraph,
  type LangGraphRunnableConfig,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { RecentMap } from "../recent-map.ts";
import type { GraphModel } from "./graph-model.ts";
import { decide, type RunEnd } from "./readiness.ts";
import { INPUT_CHANNEL, outputChannel, stateChannel, type Channels } from "./state.ts";

// The web entry of LangGraph.js, which bundlers choose for Workers, installs none. The first caller wins.
AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());

const ROUTE = "$route";

/** What one drive of the hub decided; filled by the bodies while they run. */
interface DriveNotes {
  ready: string[];
  skipped: string[];
  end: RunEnd | null;
}

export interface HubResult extends DriveNotes {
  /** All channels after the drive. */
  channels: Channels;
}

export interface HubCall {
  thread: string;
  /** Handed to the checkpoint saver as `configurable.carry`: where it reads from and writes to in this drive. */
  carry: unknown;
  /** The run's input at its first drive, else the channels that mail has changed. */
  step: { input: Record<string, unknown> } | { update: Channels };
}

export interface Hub {
  /** Drives the run once: one getTuple and one put on the saver. */
  drive(call: HubCall): Promise<HubResult>;
}

function notesOf(config: LangGraphRunnableConfig): DriveNotes {
  return (config.configurable as { notes: DriveNotes }).notes;
}

function channelsOf(model: GraphModel): Record<string, ReturnType<typeof Annotation<unknown>>> {
  const names = model.nodes.flatMap((node) => [stateChannel(node.id), outputChannel(node.id)]);
  return Object.fromEntries([INPUT_CHANNEL, ...names].map((name) => [name, Annotation<unknown>()]));
}

/** Compiles a graph. The cost grows with the square of the number of nodes, so keep the result (see `createHubCache`). */
function createHub(model: GraphModel, saver: BaseCheckpointSaver<string>): Hub {
  const route = (channels: Channels, config: LangGraphRunnableConfig): Command => {
    const notes = notesOf(config);
    const decision = decide(model, channels);
    notes.skipped.push(...decision.skipped);
    notes.end = decision.end;
    const update = Object.fromEntries(decision.skipped.map((id) => [stateChannel(id), { phase: "skipped" }]));
    return new Command({ update, goto: decision.ready.length > 0 ? decision.ready : END });
  };

  let builder = new StateGraph(Annotation.Root(channelsOf(model))).addNode(ROUTE, route as never, {
    ends: [...model.nodes.map((node) => node.id), END],
  }) as unknown as StateGraph<never, never, never, string>;
  builder.addEdge(START, ROUTE);
  for (const { id } of model.nodes) {
    const dispatch = (_: Channels, config: LangGraphRunnableConfig): Channels => {
      notesOf(config).ready.push(id);
      return { [stateChannel(id)]: { phase: "dispatched" } };
    };
    builder = builder.addNode(id, dispatch as never);
    builder.addEdge(id, ROUTE);
  }

  const compiled = builder.compile({ checkpointer: saver as never });

  return {
    async drive({ thread, carry, step }) {
      const notes: DriveNotes = { ready: [], skipped: [], end: null };
      const start =
        "input" in step ? { [INPUT_CHANNEL]: step.input } : new Command({ update: step.update, goto: ROUTE });
      const channels = (await compiled.invoke(start as never, {
        configurable: { thread_id: thread, notes, carry },
        durability: "exit",
      })) as Channels;
      return { ...notes, channels };
    },
  };
}

/** Keeps the hubs of the graphs used last. */
export function createHubCache(
  saver: BaseCheckpointSaver<string>,
  limit: number,
): (model: GraphModel) => Hub {
  const hubs = new RecentMap<string, Hub>(limit);
  return (model) => {
    const hub = hubs.get(model.digest) ?? createHub(model, saver);
    hubs.set(model.digest, hub);
    return hub;
  };
}
