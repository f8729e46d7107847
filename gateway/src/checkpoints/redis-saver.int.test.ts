/** Our saver is a saver: the official suite, against a real server. */
import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommandClient, type Redis } from "../redis/client.ts";
import { RedisSaver } from "./redis-saver.ts";

let dir: string;
let valkey: ValkeyServer;
let redis: Redis;
let count = 0;

const initializer = {
  checkpointerName: "RedisSaver",
  beforeAllTimeout: 30_000,
  async beforeAll() {
    dir = await mkdtemp(join(tmpdir(), "saver-"));
    valkey = await startValkey({ dir });
    redis = createCommandClient(valkey.url);
  },
  async afterAll() {
    redis.disconnect();
    await valkey.stop();
    await rm(dir, { recursive: true, force: true });
  },
  createCheckpointer: () =>
    new RedisSaver(redis, createKeys(`saver${(count += 1)}`), () => "s0", Math.random),
};

// The suite is typed for savers with numbers as versions; ours are texts.
validate(initializer as never);
deltaChannelHistoryTests(initializer as never);
