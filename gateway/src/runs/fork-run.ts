/** Forks a run: a new one of the same graph that takes over what nothing changed lies before. */
import type { RunFork } from "@myspinbot/contracts/types.ts";
import { allowedPriority } from "../access/priorities.ts";
import { judgeBy } from "../capabilities/judge-by.ts";
import { matchExecutors } from "../capabilities/match.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { canonicalJson } from "../graphs/digest.ts";
import { withEngines } from "../graphs/chosen-engine.ts";
import type { GraphPlan } from "../run-engine/planned.ts";
import { toGraphPlan } from "../run-engine/graph-plan.ts";
import { fieldsOf } from "../run-engine/fork-looks.ts";
import { reusableNodes } from "../run-engine/reusable.ts";
import { isClustered } from "../redis/sharded.ts";
import { shardOfRun } from "../run-id.ts";
import { assertRan, isWhole, parsed, readSource, takenOver } from "./fork-source.ts";
import { patchedGraph, patchedInput, pointedAtPatch } from "./fork-patch.ts";
import { rememberedFiles } from "./remembered-files.ts";
import { conflict, toIdempotency, type Idempotency } from "./idempotency.ts";
import { prepareInput } from "./prepare-input.ts";
import { type Caller, deadlinesOf, type RunServiceOptions } from "./run-options.ts";
import { toCreated, toKnown, type Created } from "./created.ts";
import { newId } from "../ids.ts";
import { isLimited, submitRun } from "./submit.ts";
import { toRunWebhook } from "../webhooks/run-webhook.ts";

type Input = Record<string, unknown>;

/** @throws AppError `run-not-found`, `run-gone`, `node-not-found`, `node-not-run`, and with pointers into the request all that submit throws */
export function createFork(
  options: RunServiceOptions,
): (run: string, request: RunFork, caller: Caller) => Promise<Created> {
  const { redis, keys, shards, graphs, nodeTypes, registry, reader, clock, deadlines } = options;

  const repeated = async (shard: string, { hash, digest }: Idempotency): Promise<Created | undefined> => {
    const [before, run] = ((await fromRedis(redis.get(keys.idempotency(shard, hash)))) ?? "").split(" ");
    if (!run || (await fromRedis(redis.exists(keys.run(shard, run)))) === 0) return undefined;
    if (before !== digest) throw conflict(run);
    return toKnown(await reader.get(run));
  };

  return async (run, request, { owner, key, idempotencyKey }) => {
    const shard = shardOfRun(run);
    const idempotency = await toIdempotency(idempotencyKey, {
      ...{ owner, scope: `fork ${run}` },
      text: () => canonicalJson(request),
    });
    const known = idempotency && (await repeated(shard, idempotency));
    if (known) return known;
    const source = await readSource({ redis, keys }, run, owner);
    if (isClustered(redis) && isLimited(key) && shard !== shards[0])
      throw new AppError(
        "fork-uncounted",
        "The limits of this key are counted in another shard than the one of the run: fork it with a key without limits.",
      );
    const priority = allowedPriority(key, request.priority, source.record.priority ?? "normal");
    const plan = toGraphPlan(source.graph, source.record.digest ?? "");
    assertRan(source, plan, request.from_node);
    const { input: patch = {}, params = {} } = request.patch ?? {};
    const accepted = await pointedAtPatch(source.graph, () =>
      graphs.acceptKept(patchedGraph(source.graph, params)),
    );
    const before = parsed<Input>(source.data.input) ?? {};
    const files = rememberedFiles(options.files, before);
    const sent = patchedInput(parsed<Input>(source.data.request_input) ?? before, patch);
    const prepared = await pointedAtPatch(source.graph, async () =>
      prepareInput(accepted, sent, { files, owner }, nodeTypes),
    );
    const reused = reusableNodes(plan, source.channels, {
      from: request.from_node,
      params: new Set(Object.keys(params)),
      before,
      after: prepared.input,
    });
    const again = new Set(plan.nodes.filter((node) => !isWhole(source, reused, node.id)).map(({ id }) => id));
    assertFilesThere(plan, again, prepared.input, files.gone);
    const matching = await matchAgain(again, plan, prepared.input);
    const webhook = await toRunWebhook(request.webhook, owner, options.webhooks);
    const kept = new Set([...(source.record.files?.split(" ") ?? []), ...prepared.files]);
    const submitted = await submitRun(redis, keys, {
      run: newId("run", shard),
      ...{ shard, owner, key, accepted, webhook, idempotency },
      sent: options.wake,
      limitShard: shards[0]!,
      request: {
        metadata: request.metadata ?? parsed(source.data.metadata) ?? {},
        priority,
        tags: request.tags ?? parsed(source.data.tags) ?? [],
      },
      texts: prepared.texts,
      files: [...kept],
      ...deadlinesOf(request, deadlines),
      forked: takenOver(source, request.from_node, reused),
    });
    if (submitted.kind === "created") return toCreated(submitted, { now: clock.now(), accepted, matching });
    return toKnown(await reader.get(submitted.run));
  };

  /** What is done again needs executors, as at submit. */
  async function matchAgain(again: ReadonlySet<string>, plan: GraphPlan, input: Input): Promise<number> {
    const nodes = withEngines(plan.graph.nodes, input).filter(({ id }) => again.has(id));
    try {
      const options = { pointerOf: () => "/from_node", followed: () => plan.handled };
      return await judgeBy(registry, (executors) => matchExecutors(nodes, nodeTypes, executors, options));
    } catch (error) {
      if (!(error instanceof AppError) || !error.extensions.errors) throw error;
      const errors = error.extensions.errors.map(({ detail }) => ({ pointer: "/from_node", detail }));
      throw new AppError(error.code, error.detail, { ...error.extensions, errors });
    }
  }
}

/** Uploads that were removed since matter only to nodes that would look at them. */
function assertFilesThere(
  plan: GraphPlan,
  again: ReadonlySet<string>,
  input: Input,
  gone: ReadonlySet<string>,
): void {
  if (gone.size === 0) return;
  const holds = (field: string): boolean =>
    [...gone].some((file) => JSON.stringify(input[field] ?? null).includes(file));
  for (const node of plan.nodes.filter(({ id }) => again.has(id)))
    for (const field of fieldsOf(plan, node))
      if (holds(field))
        throw new AppError(
          "file-not-found",
          `The file of "${field}" is not there any more, and "${node.id}" needs it.`,
          {
            errors: [{ pointer: `/patch/input/${field}`, detail: "names no file; give another one" }],
          },
        );
}
