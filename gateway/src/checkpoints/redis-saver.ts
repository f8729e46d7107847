/**
 * The saver's face with I/O, on plain Redis: for history, fork and tools. A drive uses `drive-saver.ts` instead and
 * leaves the writing to `commit.lua`, in the same layout.
 */
import {
  BaseCheckpointSaver,
  getCheckpointId,
  maxChannelVersion,
  TASKS,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import {
  blobField,
  checkpointName,
  decodeValue,
  encodeNamespace,
  fromStoredBody,
  nextVersion,
  parseName,
  toStored,
} from "./layout.ts";
import { fromStoredWrites, toStoredWrites } from "./writes.ts";

type Config = CheckpointTuple["config"];

interface Place {
  thread: string;
  namespace: string;
  id?: string;
}

function placeOf(config: Config, what: string): Place {
  const { thread_id, checkpoint_ns } = (config.configurable ?? {}) as Record<string, unknown>;
  if (typeof thread_id !== "string") throw new Error(`cannot ${what}: configurable.thread_id is missing`);
  const id = getCheckpointId(config);
  return {
    thread: thread_id,
    namespace: typeof checkpoint_ns === "string" ? checkpoint_ns : "",
    ...(id ? { id } : {}),
  };
}

function configOf(thread: string, namespace: string, id: string): Config {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } };
}

export class RedisSaver extends BaseCheckpointSaver<string> {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #shardOf: (thread: string) => string;
  readonly #random: () => number;

  /** `shardOf` tells in which shard a thread lives: that of its run; `random` answers numbers from 0 to below 1. */
  constructor(redis: Redis, keys: Keys, shardOf: (thread: string) => string, random: () => number) {
    super();
    this.#redis = redis;
    this.#keys = keys;
    this.#shardOf = shardOf;
    this.#random = random;
  }

  override getNextVersion(current: string | undefined): string {
    return nextVersion(current, this.#random);
  }

  #key(kind: "thread" | "threadBlobs" | "threadHeads", thread: string): string {
    return this.#keys[kind](this.#shardOf(thread), thread);
  }

  #checkpointKey(thread: string, name: string): string {
    return this.#keys.threadCheckpoint(this.#shardOf(thread), thread, name);
  }

  /** Names of a thread's checkpoints in one namespace, newest first; of all namespaces when it is undefined. */
  async #names(thread: string, namespace?: string, limit?: number): Promise<string[]> {
    const index = this.#key("thread", thread);
    if (namespace === undefined) return this.#redis.zrevrangebylex(index, "+", "-");
    const prefix = `${encodeNamespace(namespace)}|`;
    const range = [index, `(${prefix}\xff`, `[${prefix}`] as const;
    return limit
      ? this.#redis.zrevrangebylex(...range, "LIMIT", 0, limit)
      : this.#redis.zrevrangebylex(...range);
  }

  async #values(
    thread: string,
    namespace: string,
    body: Omit<Checkpoint, "channel_values">,
    present: string[],
  ) {
    const values: Record<string, unknown> = {};
    if (present.length === 0) return values;
    const fields = present.map((channel) => blobField(namespace, channel, body.channel_versions[channel]!));
    const blobs = await this.#redis.hmget(this.#key("threadBlobs", thread), ...fields);
    for (const [i, channel] of present.entries()) {
      const blob = blobs[i];
      if (blob != null) values[channel] = await decodeValue(this.serde, blob);
    }
    return values;
  }

  /** Checkpoints older than v4 kept pending sends as writes of their parent. */
  async #migrate(checkpoint: Checkpoint, thread: string, parent: string): Promise<void> {
    const writes = await fromStoredWrites(
      this.serde,
      await this.#redis.hgetall(this.#checkpointKey(thread, parent)),
    );
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_values[TASKS] = writes
      .filter(([, channel]) => channel === TASKS)
      .map(([, , value]) => value);
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }

  async #load(thread: string, name: string): Promise<CheckpointTuple | undefined> {
    const { namespace, id } = parseName(name);
    const hash = await this.#redis.hgetall(this.#checkpointKey(thread, name));
    if (!hash.body) return undefined;
    const { body, present, loose } = await fromStoredBody(this.serde, hash.body);
    const values = await this.#values(thread, namespace, body, present);
    const checkpoint: Checkpoint = { ...body, channel_values: { ...loose, ...values } };
    if (checkpoint.v < 4 && hash.parent) await this.#migrate(checkpoint, thread, hash.parent);
    return {
      config: configOf(thread, namespace, id),
      checkpoint,
      metadata: (await decodeValue(this.serde, hash.metadata!)) as CheckpointMetadata,
      pendingWrites: await fromStoredWrites(this.serde, hash),
      ...(hash.parent ? { parentConfig: configOf(thread, namespace, parseName(hash.parent).id) } : {}),
    };
  }

  async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    if (config.configurable?.thread_id === undefined) return undefined;
    const { thread, namespace, id } = placeOf(config, "get a checkpoint");
    const name = id ? checkpointName(namespace, id) : (await this.#names(thread, namespace, 1))[0];
    return name === undefined ? undefined : this.#load(thread, name);
  }

  async *list(config: Config, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const { thread_id, checkpoint_ns, checkpoint_id } = (config.configurable ?? {}) as Record<
      string,
      string | undefined
    >;
    const before = options.before?.configurable?.checkpoint_id as string | undefined;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const threads = thread_id
      ? [thread_id]
      : await this.#redis.smembers(this.#keys.threads(this.#shardOf("")));
    for (const thread of threads) {
      for (const name of await this.#names(thread, checkpoint_ns)) {
        if (left <= 0) return;
        const { id } = parseName(name);
        if ((checkpoint_id && id !== checkpoint_id) || (before && id >= before)) continue;
        const tuple = await this.#load(thread, name);
        if (!tuple || !matches(tuple.metadata, options.filter)) continue;
        left -= 1;
        yield tuple;
      }
    }
  }

  async put(
    config: Config,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<Config> {
    const { thread, namespace, id: parent } = placeOf(config, "put a checkpoint");
    const fresh = (channel: string) => channel in newVersions;
    const stored = await toStored(this.serde, { namespace, checkpoint, metadata, fresh });
    const name = checkpointName(namespace, checkpoint.id);
    const pipeline = inShard(this.#redis, this.#shardOf(thread)).multi();
    for (const { channel, version, value } of stored.blobs) {
      pipeline.hset(this.#key("threadBlobs", thread), `${channel}|${version}`, value);
      pipeline.hset(this.#key("threadHeads", thread), channel, version);
    }
    pipeline.hset(this.#checkpointKey(thread, name), {
      body: stored.body,
      metadata: stored.metadata,
      parent: parent ? checkpointName(namespace, parent) : "",
    });
    pipeline.zadd(this.#key("thread", thread), 0, name);
    pipeline.sadd(this.#keys.threads(this.#shardOf(thread)), thread);
    await pipeline.exec();
    return configOf(thread, namespace, checkpoint.id);
  }

  async putWrites(config: Config, writes: PendingWrite[], taskId: string, taskPath = ""): Promise<void> {
    const { thread, namespace, id } = placeOf(config, "put writes");
    if (!id) throw new Error("cannot put writes: configurable.checkpoint_id is missing");
    const key = this.#checkpointKey(thread, checkpointName(namespace, id));
    const pipeline = inShard(this.#redis, this.#shardOf(thread)).multi();
    for (const { field, text, overwrites } of await toStoredWrites(this.serde, writes, taskId, taskPath)) {
      if (overwrites) pipeline.hset(key, field, text);
      else pipeline.hsetnx(key, field, text);
    }
    await pipeline.exec();
  }

  async deleteThread(thread: string): Promise<void> {
    const names = await this.#names(thread);
    const pipeline = inShard(this.#redis, this.#shardOf(thread)).multi();
    for (const name of names) pipeline.del(this.#checkpointKey(thread, name));
    for (const kind of ["thread", "threadBlobs", "threadHeads"] as const)
      pipeline.del(this.#key(kind, thread));
    pipeline.srem(this.#keys.threads(this.#shardOf(thread)), thread);
    await pipeline.exec();
  }
}

function matches(metadata: CheckpointMetadata | undefined, filter: Record<string, unknown> = {}): boolean {
  return Object.entries(filter).every(
    ([key, value]) => (metadata as Record<string, unknown> | undefined)?.[key] === value,
  );
}
