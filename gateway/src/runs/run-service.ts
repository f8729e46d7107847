/** Creates runs: graph, input, files and capabilities are looked at first, then one round trip submits. */
import type { Graph, Priority, Run, RunCreate, RunFork } from "@myspinbot/contracts/types.ts";
import { validateGraph } from "@myspinbot/contracts/validators.js";
import { allowedPriority } from "../access/priorities.ts";
import { matchExecutors } from "../capabilities/match.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import type { AcceptedGraph, GraphCatalogue } from "../graphs/catalogue.ts";
import { withEngines } from "../graphs/chosen-engine.ts";
import { newId } from "../ids.ts";
import { toGraphPlan } from "../run-engine/graph-plan.ts";
import { toCreated, type Created } from "./created.ts";
import { createFork } from "./fork-run.ts";
import { conflict, shardOfKey, toIdempotency, type Idempotency } from "./idempotency.ts";
import { prepareInput, type PreparedInput } from "./prepare-input.ts";
import { type Caller, deadlinesOf, type RunServiceOptions } from "./run-options.ts";
import { submitRun } from "./submit.ts";
import { toRunWebhook, type RunWebhookFields } from "../webhooks/run-webhook.ts";

export interface RunService {
  /**
   * @param request fits run-create.schema.json, except that an inline graph has not been looked at
   * @throws AppError with pointers into the request.
   */
  create(request: RunCreate, caller: Caller): Promise<Created>;
  /** @throws AppError with pointers into the request. */
  fork(run: string, request: RunFork, caller: Caller): Promise<Created>;
}

/** What is known of a request before it is submitted. */
interface Prepared {
  accepted: AcceptedGraph;
  input: PreparedInput;
  matching: number;
  webhook: RunWebhookFields | undefined;
}

export function createRunService(options: RunServiceOptions): RunService {
  const { redis, keys, shards, graphs, nodeTypes, files, registry, reader, clock, random, deadlines } =
    options;

  const prepare = async (request: RunCreate, owner: string): Promise<Prepared> => {
    const webhook = await toRunWebhook(request.webhook, owner, options.webhooks);
    const inline = typeof request.graph !== "string";
    const accepted = inline
      ? await acceptInline(graphs, request.graph)
      : await graphs.get(request.graph as string);
    const input = await prepareInput(accepted, request.input ?? {}, { files, owner }, nodeTypes);
    const matching = matchExecutors(
      withEngines(accepted.graph.nodes, input.input),
      nodeTypes,
      await registry.executors(),
      {
        pointerOf: ({ id }) => `${inline ? "/graph" : ""}${pointerTo(accepted.source, id)}`,
        followed: () => toGraphPlan(accepted.graph, accepted.digest).handled,
      },
    );
    return { accepted, input, matching, webhook };
  };

  /** The run that the key already stands for; what was accepted once is not judged again. */
  const repeated = async ({ hash, digest }: Idempotency): Promise<string | undefined> => {
    const seen = await fromRedis(redis.get(keys.idempotency(shardOfKey({ hash, digest }, shards), hash)));
    const [before, run] = (seen ?? "").split(" ");
    if (!run) return undefined;
    if (before !== digest) throw conflict(run);
    return run;
  };

  /** The run, unless it was deleted a moment ago. */
  const readIfThere = async (run: string): Promise<Run | undefined> => {
    try {
      return await reader.get(run);
    } catch (error) {
      if (error instanceof AppError && error.code === "run-not-found") return undefined;
      throw error;
    }
  };

  return {
    fork: createFork(options),
    async create(request, { owner, key, idempotencyKey }) {
      const idempotency = await toIdempotency(idempotencyKey, { body: request, owner });
      let prepared: Prepared;
      let priority: Priority;
      try {
        priority = allowedPriority(key, request.priority, "normal");
        prepared = await prepare(request, owner);
      } catch (error) {
        const run = idempotency && error instanceof AppError ? await repeated(idempotency) : undefined;
        const known = run === undefined ? undefined : await readIfThere(run);
        if (known === undefined) throw error;
        return { run: known };
      }
      const { accepted, input, matching, webhook } = prepared;
      const shard = idempotency
        ? shardOfKey(idempotency, shards)
        : shards[Math.floor(random() * shards.length)]!;
      const entry = {
        shard,
        owner,
        key,
        accepted,
        request: { ...request, priority },
        webhook,
        ...input,
        ...deadlinesOf(request, deadlines),
        idempotency,
      };
      for (;;) {
        const submitted = await submitRun(redis, keys, {
          ...entry,
          ...{ limitShard: shards[0]!, run: newId("run", shard), sent: options.wake },
        });
        if (submitted.kind === "created")
          return toCreated(submitted, { now: clock.now(), accepted, matching });
        // Deleted since it was named: its key is free again, so the next turn makes a run.
        const known = await readIfThere(submitted.run);
        if (known) return { run: known };
      }
    },
  };
}

/** Pointer to what a node of the run was written as: the nodes of a graph in it are that graph's. */
function pointerTo({ nodes }: Graph, node: string): string {
  const [written] = node.split(".", 1);
  return `/nodes/${nodes.findIndex(({ id }) => id === written)}`;
}

async function acceptInline(graphs: GraphCatalogue, graph: unknown): Promise<AcceptedGraph> {
  const errors = fieldErrors(validateGraph, graph, "/graph");
  if (errors.length > 0)
    throw new AppError(
      "invalid-graph",
      `The graph does not fit its schema: ${errors[0]?.pointer} ${errors[0]?.detail}.`,
      { errors },
    );
  return graphs.accept(graph as Graph, "/graph");
}
