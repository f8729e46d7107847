/**
 * Whether a drive stays as fast when the server holds much that is not its own (target P10): the same drives on two
 * servers that differ only in how many unrelated keys they hold, ours and a modelled RedisSaver.
 */
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Redis } from "ioredis";
import { createCommandClient } from "../../gateway/src/redis/client.ts";
import { createBenchDriver, ours, peer, type Contestant } from "./drive/contestants.ts";
import { ModelledRedisSaver } from "./drive/modelled-redis-saver.ts";
import { createRunFeeder, type RunFeeder } from "./drive/run-feeder.ts";
import { chain } from "./lib/graphs.ts";
import { startBenchServer, type BenchServer } from "./lib/redis-server.ts";
import { atMost, printTable, saveResults, toText, verdictText } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { median, pairedRatio } from "./lib/stats.ts";

const FEW = 1_000;
const MANY = 100_000;
const ROUNDS = 21;
const RUNS = 8;
const GRAPH = chain(10);
const LIMIT = 1.1;

interface Place {
  readonly keys: number;
  readonly server: BenchServer;
  readonly redis: Redis;
  readonly feeder: RunFeeder;
}

async function fill(redis: Redis, count: number): Promise<void> {
  for (let done = 0; done < count; done += 10_000) {
    const batch = redis.pipeline();
    for (let i = done; i < Math.min(count, done + 10_000); i += 1) batch.set(`other:${i}`, `value-${i}`);
    await batch.exec();
  }
}

async function createPlace(count: number): Promise<Place> {
  const server = await startBenchServer();
  const feeder = createRunFeeder(server.redis, createKeys("bench"));
  await feeder.reset();
  await fill(server.redis, count);
  return { keys: count, server, redis: createCommandClient(server.url), feeder };
}

/** What the drives of earlier rounds left, so that only the unrelated keys differ. */
async function sweep({ server, feeder }: Place): Promise<void> {
  const left = (await server.redis.keys("*")).filter((key) => !key.startsWith("other:"));
  if (left.length > 0) await server.redis.unlink(...left);
  await feeder.openStreams();
}

const contestantsOf = ({ redis, feeder }: Place): Contestant[] => [
  ours("ours, run in memory", feeder, [createBenchDriver(redis, createKeys("bench"))]),
  ours("ours, run from Redis", feeder, [
    createBenchDriver(redis, createKeys("bench")),
    createBenchDriver(redis, createKeys("bench")),
  ]),
  peer("modelled RedisSaver, exit", "exit", () => new ModelledRedisSaver(redis)),
];

const places = [await createPlace(FEW), await createPlace(MANY)] as const;
try {
  const names = contestantsOf(places[0]).map(({ name }) => name);
  const entrants = places.flatMap((place) =>
    contestantsOf(place).map((contestant) => ({
      name: `${contestant.name} ${place.keys}`,
      contestant,
      place,
    })),
  );
  const measure = async ({ contestant, place }: (typeof entrants)[number]): Promise<number> => {
    await sweep(place);
    const { wallMs, drives } = await contestant.run(GRAPH, RUNS);
    return wallMs / drives;
  };
  for (const entrant of entrants) await measure(entrant);
  // Few and many right after each other, so that both see the same machine.
  const order = names.flatMap((name) => places.map((place) => `${name} ${place.keys}`));
  const samples = await inRounds(
    entrants.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
    ROUNDS,
    measure,
  );

  const rows = names.map((name) => {
    const few = valuesOf(samples, `${name} ${FEW}`);
    const many = valuesOf(samples, `${name} ${MANY}`);
    return { name, fewMs: median(few), manyMs: median(many), ratio: pairedRatio(many, few) };
  });
  printTable(
    `Time of a drive of ${GRAPH.name}, ${RUNS} runs side by side, ${ROUNDS} interleaved rounds (median [95 %])`,
    ["", `ms, ${FEW} keys`, `ms, ${MANY} keys`, "ratio", "target"],
    rows.map(({ name, fewMs, manyMs, ratio }) => [
      name,
      fewMs.toFixed(2),
      manyMs.toFixed(2),
      toText(ratio),
      name.startsWith("ours") ? verdictText(atMost(ratio, LIMIT)) : "",
    ]),
  );
  console.log("\nModelled: KEYS as the published saver calls it, plain commands in place of the modules'.");
  saveResults("saver", {
    few: FEW,
    many: MANY,
    rows: rows.map((row) => ({ ...row, ...atMost(row.ratio, LIMIT) })),
  });
} finally {
  for (const { redis, server } of places) {
    redis.disconnect();
    await server.stop();
  }
}
