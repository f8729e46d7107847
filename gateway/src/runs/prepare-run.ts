/** Looks at a request for a run before it is submitted: graph, input, files, who can run it. */
import type { Executor, Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { judgeBy } from "../capabilities/judge-by.ts";
import { matchExecutors } from "../capabilities/match.ts";
import type { AcceptedGraph } from "../graphs/catalogue.ts";
import { withEngines } from "../graphs/chosen-engine.ts";
import { canonicalJson } from "../graphs/digest.ts";
import { toGraphPlan } from "../run-engine/graph-plan.ts";
import { toRunWebhook, type RunWebhookFields } from "../webhooks/run-webhook.ts";
import { knownOf } from "./known-graph.ts";
import { prepareInput, type PreparedInput } from "./prepare-input.ts";
import type { RunServiceOptions } from "./run-options.ts";

/** What is known of a request then. */
export interface Prepared {
  accepted: AcceptedGraph;
  input: PreparedInput;
  matching: number;
  webhook: RunWebhookFields | undefined;
}

type Options = Pick<RunServiceOptions, "graphs" | "nodeTypes" | "files" | "registry" | "webhooks">;
/** @throws AppError with pointers into the request. */
export type Prepare = (request: RunCreate, owner: string) => Promise<Prepared>;

export function createPrepare({ graphs, nodeTypes, files, registry, webhooks }: Options): Prepare {
  /** Executors are asked for what the input has a say in; else the graph alone decides. */
  const countMatching = (
    request: RunCreate,
    accepted: AcceptedGraph,
    { input }: PreparedInput,
    executors: readonly Executor[],
  ): number => {
    const { hasChoices, matching } = knownOf(accepted);
    const before = hasChoices ? undefined : matching.get(executors);
    if (before !== undefined) return before;
    const inline = typeof request.graph !== "string";
    const count = matchExecutors(withEngines(accepted.graph.nodes, input), nodeTypes, executors, {
      pointerOf: ({ id }) => `${inline ? "/graph" : ""}${pointerTo(accepted.source, id)}`,
      followed: () => toGraphPlan(accepted.graph, accepted.digest).handled,
    });
    matching.set(executors, count);
    return count;
  };

  return async (request, owner) => {
    const webhook = request.webhook && (await toRunWebhook(request.webhook, owner, webhooks));
    const found =
      typeof request.graph === "string" ? graphs.get(request.graph) : graphs.accept(request.graph, "/graph");
    const accepted = found instanceof Promise ? await found : found;
    const looked = prepareInput(accepted, request.input ?? {}, { files, owner }, nodeTypes);
    const input = looked instanceof Promise ? await looked : looked;
    const judged = judgeBy(registry, (executors) => countMatching(request, accepted, input, executors));
    const matching = judged instanceof Promise ? await judged : judged;
    return { accepted, input, matching, webhook };
  };
}

/** The one text of a request (RFC 8785), with what is known of its graph. */
export function textOf(request: RunCreate, { written }: AcceptedGraph): string {
  if (typeof request.graph === "string") return canonicalJson(request);
  const parts = Object.keys(request)
    .sort()
    .map(
      (name) => `"${name}":${name === "graph" ? written : canonicalJson(request[name as keyof RunCreate])}`,
    );
  return `{${parts.join(",")}}`;
}

/** Pointer to what a node of the run was written as: the nodes of a graph in it are that graph's. */
function pointerTo({ nodes }: Graph, node: string): string {
  const [written] = node.split(".", 1);
  return `/nodes/${nodes.findIndex(({ id }) => id === written)}`;
}
