/**
 * A model of `@langchain/langgraph-checkpoint-redis` 1.0.11 for servers without the JSON and Search modules. It makes
 * the same round trips in the same order with plain commands: GET and SET for JSON documents, an FT.CREATE that is
 * refused, KEYS as is. That flatters the peer, because plain commands are cheaper than the module's.
 */
import {
  BaseCheckpointSaver,
  copyCheckpoint,
  WRITES_IDX_MAP,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Redis } from "ioredis";

type Config = CheckpointTuple["config"];
type Document = Record<string, unknown>;

const INDEXES = ["checkpoints", "checkpoint_blobs", "checkpoint_writes"];

function idsOf(config: Config): { thread: string; space: string; id: string | undefined } {
  const ids = config.configurable as { thread_id: string; checkpoint_ns?: string; checkpoint_id?: string };
  return { thread: ids.thread_id, space: ids.checkpoint_ns ?? "", id: ids.checkpoint_id };
}

export class ModelledRedisSaver extends BaseCheckpointSaver {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    super();
    this.#redis = redis;
  }

  async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    const { thread, space, id } = idsOf(config);
    let key = `checkpoint:${thread}:${space}:${id}`;
    if (id === undefined) {
      const keys = await this.#redis.keys(`checkpoint:${thread}:${space}:*`);
      if (keys.length === 0) return undefined;
      key = keys.toSorted().at(-1) as string;
    }
    const document = await this.#get(key);
    return document && this.#load(document);
  }

  async put(
    config: Config,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<Config> {
    await this.#ensureIndexes();
    const { thread, space, id: parent } = idsOf(config);
    const stored = copyCheckpoint(checkpoint);
    const fresh = Object.entries(newVersions).filter(([channel]) => channel in checkpoint.channel_values);
    stored.channel_values = Object.fromEntries(
      fresh.map(([channel]) => [channel, checkpoint.channel_values[channel]]),
    );
    const place = `${thread}:${space}:${checkpoint.id}`;
    const hasWrites = await this.#redis.exists(`write_keys_zset:${place}`);
    const names = {
      thread_id: thread,
      checkpoint_ns: space === "" ? "__empty__" : space,
      checkpoint_id: checkpoint.id,
    };
    await Promise.all(
      fresh.map(([channel, version]) =>
        this.#set(`checkpoint_blob:${thread}:${space}:${channel}:${version}`, {
          ...names,
          channel,
          version: String(version),
          type: "json",
          value: checkpoint.channel_values[channel],
        }),
      ),
    );
    await this.#set(`checkpoint:${place}`, {
      ...names,
      parent_checkpoint_id: parent ?? null,
      checkpoint: stored,
      metadata,
      checkpoint_ts: Date.now(),
      has_writes: String(hasWrites === 1),
      source: metadata.source,
      step: metadata.step,
    });
    return { configurable: { thread_id: thread, checkpoint_ns: space, checkpoint_id: checkpoint.id } };
  }

  async putWrites(config: Config, writes: PendingWrite[], taskId: string): Promise<void> {
    await this.#ensureIndexes();
    const { thread, space, id } = idsOf(config);
    const place = `${thread}:${space}:${id}`;
    const now = performance.now() * 1e3;
    const special = writes.every(([channel]) => channel in WRITES_IDX_MAP);
    const members: (string | number)[] = [];
    for (const [n, [channel, value]] of writes.entries()) {
      const idx = WRITES_IDX_MAP[channel] ?? n;
      const key = `checkpoint_write:${place}:${taskId}:${idx}`;
      members.push(now + n, key);
      const text = JSON.stringify({
        ...{ thread_id: thread, checkpoint_ns: space, checkpoint_id: id, task_id: taskId, idx, channel },
        ...{
          type: typeof value === "object" ? "json" : "string",
          value,
          timestamp: now,
          global_idx: now + n,
        },
      });
      await (special ? this.#redis.set(key, text) : this.#redis.set(key, text, "NX"));
    }
    if (members.length > 0) await this.#redis.zadd(`write_keys_zset:${place}`, ...members);
    if ((await this.#redis.exists(`checkpoint:${place}`)) === 0) return;
    const document = await this.#get(`checkpoint:${place}`);
    if (document) await this.#set(`checkpoint:${place}`, { ...document, has_writes: "true" });
  }

  // eslint-disable-next-line require-yield
  async *list(): AsyncGenerator<CheckpointTuple> {
    throw new Error("the model is for drives only");
  }

  async deleteThread(): Promise<void> {
    throw new Error("the model is for drives only");
  }

  async #ensureIndexes(): Promise<void> {
    for (const index of INDEXES) {
      // Refused by a server without the module, as by one that has the index already.
      await this.#redis.call("FT.CREATE", index).catch(() => undefined);
    }
  }

  async #get(key: string): Promise<Document | undefined> {
    const text = await this.#redis.get(key);
    return text === null ? undefined : (JSON.parse(text) as Document);
  }

  async #set(key: string, document: Document): Promise<void> {
    await this.#redis.set(key, JSON.stringify(document));
  }

  #revive(value: unknown): Promise<unknown> {
    return Promise.resolve(this.serde.loadsTyped("json", JSON.stringify(value)));
  }

  async #load(document: Document): Promise<CheckpointTuple> {
    const thread = document["thread_id"] as string;
    const space = document["checkpoint_ns"] === "__empty__" ? "" : (document["checkpoint_ns"] as string);
    const id = document["checkpoint_id"] as string;
    const parent = document["parent_checkpoint_id"] as string | null;
    const checkpoint = (await this.#revive(document["checkpoint"])) as Checkpoint;
    await this.#loadChannels(`${thread}:${space}`, checkpoint);
    const tuple: CheckpointTuple = {
      config: { configurable: { thread_id: thread, checkpoint_ns: space, checkpoint_id: id } },
      checkpoint,
      metadata: (await this.#revive(document["metadata"])) as CheckpointMetadata,
    };
    if (parent !== null) {
      tuple.parentConfig = {
        configurable: { thread_id: thread, checkpoint_ns: space, checkpoint_id: parent },
      };
    }
    if (document["has_writes"] === "true")
      tuple.pendingWrites = await this.#loadWrites(`${thread}:${space}:${id}`);
    return tuple;
  }

  async #loadChannels(place: string, checkpoint: Checkpoint): Promise<void> {
    const values = (checkpoint.channel_values ??= {});
    const missing = Object.entries(checkpoint.channel_versions).filter(([channel]) => !(channel in values));
    await Promise.all(
      missing.map(async ([channel, version]) => {
        const blob = await this.#get(`checkpoint_blob:${place}:${channel}:${version}`);
        if (blob?.["value"] !== undefined) values[channel] = await this.#revive(blob["value"]);
      }),
    );
  }

  async #loadWrites(place: string): Promise<[string, string, unknown][]> {
    const keys = await this.#redis.keys(`checkpoint_write:${place}:*`);
    const writes: Document[] = [];
    for (const key of keys) {
      const write = await this.#get(key);
      if (write) writes.push(write);
    }
    writes.sort((a, b) => Number(a["global_idx"]) - Number(b["global_idx"]));
    return Promise.all(
      writes.map(async (write): Promise<[string, string, unknown]> => [
        write["task_id"] as string,
        write["channel"] as string,
        await this.#revive(write["value"]),
      ]),
    );
  }
}
