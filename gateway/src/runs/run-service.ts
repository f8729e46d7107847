/** Creates runs: graph, input, files and capabilities are looked at first, then one round trip submits. */
import type { Priority, Run, RunCreate, RunFork } from "@myspinbot/contracts/types.ts";
import { allowedPriority } from "../access/priorities.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { canonicalJson } from "../graphs/digest.ts";
import { newId } from "../ids.ts";
import { isClustered } from "../redis/sharded.ts";
import { toCreated, toKnown, type Created } from "./created.ts";
import { createFork } from "./fork-run.ts";
import { conflict, shardOfKey, assertKey, toIdempotency, type Idempotency } from "./idempotency.ts";
import { createPrepare, textOf, type Prepared } from "./prepare-run.ts";
import { type Caller, deadlinesOf, type RunServiceOptions } from "./run-options.ts";
import { isLimited, submitRun } from "./submit.ts";

export interface RunService {
  /**
   * @param request fits run-create.schema.json, except that an inline graph has not been looked at
   * @throws AppError with pointers into the request.
   */
  create(request: RunCreate, caller: Caller): Promise<Created>;
  /** @throws AppError with pointers into the request. */
  fork(run: string, request: RunFork, caller: Caller): Promise<Created>;
}

export function createRunService(options: RunServiceOptions): RunService {
  const { redis, keys, shards, reader, clock, deadlines } = options;

  const prepare = createPrepare(options);

  /** The run that the key already stands for; what was accepted once is not judged again. */
  const repeated = async ({ hash, digest }: Idempotency, key: Caller["key"]): Promise<string | undefined> => {
    const shard = shardFor(options, key, { hash, digest });
    const seen = await fromRedis(redis.get(keys.idempotency(shard, hash)));
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
      assertKey(idempotencyKey);
      let prepared: Prepared;
      let priority: Priority;
      try {
        priority = allowedPriority(key, request.priority, "normal");
        prepared = await prepare(request, owner);
      } catch (error) {
        const text = () => canonicalJson(request);
        const before = error instanceof AppError && (await toIdempotency(idempotencyKey, { owner, text }));
        const run = before ? await repeated(before, key) : undefined;
        const known = run === undefined ? undefined : await readIfThere(run);
        if (known === undefined) throw error;
        return toKnown(known);
      }
      const { accepted, input, matching, webhook } = prepared;
      const named = toIdempotency(idempotencyKey, { owner, text: () => textOf(request, accepted) });
      const idempotency = named instanceof Promise ? await named : named;
      const shard = shardFor(options, key, idempotency);
      const entry = {
        shard,
        owner,
        key,
        accepted,
        request: { ...request, priority },
        webhook,
        ...{ texts: input.texts, files: input.files },
        ...deadlinesOf(request, deadlines),
        ...{ idempotency, limitShard: shards[0]!, run: newId("run", shard), sent: options.wake },
      };
      for (; ; entry.run = newId("run", shard)) {
        const submitted = await submitRun(redis, keys, entry);
        if (submitted.kind === "created")
          return toCreated(submitted, { now: clock.now(), accepted, matching });
        // Deleted since it was named: its key is free again, so the next turn makes a run.
        const known = await readIfThere(submitted.run);
        if (known) return toKnown(known);
      }
    },
  };
}

/** In a cluster the runs of a key with limits stand beside its counts, because a script reaches one server only. */
function shardFor(
  { redis, shards, random }: Pick<RunServiceOptions, "redis" | "shards" | "random">,
  key: Caller["key"],
  idempotency: Idempotency | undefined,
): string {
  if (isClustered(redis) && isLimited(key)) return shards[0]!;
  return idempotency ? shardOfKey(idempotency, shards) : shards[Math.floor(random() * shards.length)]!;
}
