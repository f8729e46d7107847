/**
 * The run engine: a run's graph as a LangGraph.js graph around one hub. `$route` sends the run to every node that may
 * start; a node's body only marks itself dispatched; its result re-enters as a Command on the same thread.
 */
import {
  Annotation,
  Command,
  END,
  START,
  StateGraph,
  type LangGraphRunnableConfig,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { langgraphName } from "../langgraph-name.ts";
import { installStorage } from "../langgraph-storage.ts";
import { RecentMap } from "../recent-map.ts";
import type { GraphModel, SkipReason } from "./graph-model.ts";
import { NodeChannel } from "./node-channel.ts";
import { decide, type Decision, type RunEnd } from "./readiness.ts";
import { INPUT_CHANNEL, outputChannel, stateChannel, type Channels, type Outputs } from "./state.ts";

installStorage();

const ROUTE = "$route";

/** What one drive of the hub decided; filled by the bodies while they run. */
interface DriveNotes {
  /** After all that was decided. */
  channels: Channels;
  /** The graph as it is now. */
  model: GraphModel;
  ready: string[];
  skipped: string[];
  /** Why, by node. */
  reasons: Record<string, SkipReason>;
  /** Approvals that nobody is asked for, with their outputs. */
  passed: Record<string, Outputs>;
  /** Nodes that nobody needs any more. */
  canceled: string[];
  end: RunEnd | null;
}

export type HubResult = DriveNotes;

export interface HubCall {
  thread: string;
  /** Handed to the checkpoint saver as `configurable.carry`: where it reads from and writes to in this drive. */
  carry: unknown;
  /** The run's input at its first drive, with what a fork has taken over, else the channels that mail has changed. */
  step: { input: Record<string, unknown>; taken?: Channels } | { update: Channels };
  /** What `decide` says of the channels with the step in them, where the caller knows. */
  decision?: Decision | undefined;
}

export interface Hub {
  /** Drives the run once: one getTuple and one put on the saver. */
  drive(call: HubCall): Promise<HubResult>;
}

interface BatchNotes extends DriveNotes {
  /** Not yet taken. */
  decision: Decision | undefined;
  /** What the latest decision found ready: the bodies that run next mark these. */
  batch: string[];
}

function notesOf(config: LangGraphRunnableConfig): BatchNotes {
  return (config.configurable as { notes: BatchNotes }).notes;
}

/** The author's node: one body marks all instances of it, so that the hub does not grow with lists. */
function authorOf(id: string): string {
  return id.split(".", 1)[0]!;
}

function channelsOf(model: GraphModel): Record<string, NodeChannel> {
  const names = model.nodes.flatMap((node) => [stateChannel(node.id), outputChannel(node.id)]);
  return Object.fromEntries([INPUT_CHANNEL, ...names].map((name) => [name, new NodeChannel()]));
}

/** Compiles a graph. The cost grows with the square of the number of the author's nodes, so keep the result (see `createHubCache`). */
function createHub(model: GraphModel, saver: BaseCheckpointSaver<string>): Hub {
  const route = (channels: Channels, config: LangGraphRunnableConfig): Command => {
    const notes = notesOf(config);
    const decision = notes.decision ?? decide(model, channels);
    const { model: now, ready, skipped, reasons, canceled, passed, end } = decision;
    Object.assign(notes, { model: now, end, batch: ready, decision: undefined });
    notes.ready.push(...ready);
    notes.skipped.push(...skipped);
    Object.assign(notes.reasons, reasons);
    notes.canceled.push(...canceled);
    Object.assign(notes.passed, passed);
    const update: Channels = {};
    for (const id of skipped) update[stateChannel(id)] = { phase: "skipped" };
    for (const id of canceled) update[stateChannel(id)] = { phase: "canceled" };
    for (const [id, outputs] of Object.entries(passed)) {
      update[stateChannel(id)] = { phase: "succeeded" };
      update[outputChannel(id)] = outputs;
    }
    notes.channels = { ...channels, ...update };
    return new Command({
      update,
      goto: ready.length > 0 ? [...new Set(ready.map((id) => langgraphName(authorOf(id))))] : END,
    });
  };
  const authors = new Set(model.nodes.map(({ id }) => authorOf(id)));

  const all = channelsOf(model);
  // A body that reads no node's channels spares LangGraph.js a look into each of them, for each body.
  const input = Annotation.Root({ [INPUT_CHANNEL]: all[INPUT_CHANNEL]! });
  let builder = new StateGraph(Annotation.Root(all)).addNode(ROUTE, route as never, {
    ends: [...[...authors].map(langgraphName), END],
  }) as unknown as StateGraph<never, never, never, string>;
  builder.addEdge(START, ROUTE);
  for (const author of authors) {
    const dispatch = (_: Channels, config: LangGraphRunnableConfig): Channels => {
      const own = notesOf(config).batch.filter((id) => authorOf(id) === author);
      return Object.fromEntries(own.map((id) => [stateChannel(id), { phase: "dispatched" }]));
    };
    builder = builder.addNode(langgraphName(author), dispatch as never, { input: input as never });
    builder.addEdge(langgraphName(author), ROUTE);
  }

  const compiled = builder.compile({ checkpointer: saver as never });

  return {
    async drive({ thread, carry, step, decision }) {
      const notes: BatchNotes = {
        ...{ channels: {}, model, decision, ready: [], batch: [], end: null },
        ...{ skipped: [], reasons: {}, canceled: [], passed: {} },
      };
      const start =
        "input" in step
          ? { ...step.taken, [INPUT_CHANNEL]: step.input }
          : new Command({ update: step.update, goto: ROUTE });
      // No output: the route is always last and knows all channels, which else would be read after every step.
      await compiled.invoke(start as never, {
        configurable: { thread_id: thread, notes, carry },
        durability: "exit",
        outputKeys: [],
      });
      const { batch: _, decision: __, ...result } = notes;
      return result;
    },
  };
}

/** Keeps the hubs of the graphs used last, one per set of instances: a hub has a channel for each of them. */
export function createHubCache(
  saver: BaseCheckpointSaver<string>,
  limit: number,
): (model: GraphModel) => Hub {
  const hubs = new RecentMap<string, Hub>(limit);
  return (model) => {
    const key = `${model.digest} ${model.shape}`;
    const hub = hubs.get(key) ?? createHub(model, saver);
    hubs.set(key, hub);
    return hub;
  };
}
