/** An owner's webhooks where runs lie in several shards: named in each, kept in the first. */
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../../test/driver-harness.ts";
import { until } from "../../../test/until.ts";
import { systemClock } from "../../clock.ts";
import type { PostRequest } from "../../deliverer/attempt.ts";
import { createDeliverer, type Deliverer } from "../../deliverer/deliverer.ts";
import { newPlainId } from "../../ids.ts";
import { noMetrics } from "../../telemetry/metrics.ts";
import { createDeliveryStore, type DeliveryStore } from "../../webhooks/delivery-store.ts";
import { createWebhookStore, type WebhookStore } from "../../webhooks/webhook-store.ts";

const SHARDS = ["s0", "s1", "s2"];
const OWNER = "default";
const GRAPH = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" as const }],
  output: { v: "$a.v" },
};

let h: Harness;
let webhooks: WebhookStore;
let deliveries: DeliveryStore;
let deliverer: Deliverer;
let got: PostRequest[];
async function start(prefix: string): Promise<void> {
  h = await createHarness(prefix, { shard: "s1" });
  const { redis, keys } = h;
  got = [];
  webhooks = createWebhookStore({ redis, keys, shards: SHARDS, webhooks: { local: false, ports: ["443"] } });
  deliveries = createDeliveryStore({ redis, keys, shards: SHARDS });
  deliverer = createDeliverer({
    ...{ redis, keys, shards: SHARDS, deliverer: newPlainId("deliverer"), leaseMs: 5000, perLane: 1 },
    ...{ mostAtOnce: 8, clock: systemClock, random: () => 0.5, metrics: noMetrics },
    logger: { info() {}, warn() {}, error() {} },
    post: async (request) => {
      got.push(request);
      return { status: 204, beginning: "" };
    },
  });
  deliverer.start();
  h.startDriver();
  h.startExecutor("node", () => ({ outputs: { v: "x" } }));
}
afterEach(async () => {
  await deliverer.stop(1000);
  await h.close();
});

async function endedRun(): Promise<string> {
  const run = await h.submit(GRAPH, {}, { record: {} });
  await h.redis.hset(h.keys.runData("s1", run), "tags", "[]");
  await h.waitForEnd(run);
  return run;
}
const named = async (hook: string): Promise<string[]> => {
  const each = SHARDS.map(async (shard) => [
    shard,
    await h.redis.hexists(h.keys.ownerHooks(shard, OWNER), hook),
  ]);
  return (await Promise.all(each)).filter(([, there]) => there === 1).map(([shard]) => String(shard));
};

it("are told of runs in each, and nowhere named after their deletion", async () => {
  await start("shards");
  const hook = await webhooks.create(OWNER, { url: "https://example.com/hook" });
  expect(await named(hook.webhook_id)).toEqual(SHARDS);
  const run = await endedRun();
  await until(async () => (await deliveries.ofRun(run, { limit: 9 })).deliveries[0]?.status === "delivered");
  expect(got.map(({ url }) => url)).toEqual(["https://example.com/hook"]);
  expect((await deliveries.ofWebhook(hook.webhook_id, { limit: 9 })).deliveries).toHaveLength(1);
  await webhooks.delete(OWNER, hook.webhook_id);
  expect(await named(hook.webhook_id)).toEqual([]);
});

it("whose deletion was cut off after the first are told nothing more, and forgotten where they are still named", async () => {
  await start("cut");
  const { webhook_id } = await webhooks.create(OWNER, { url: "https://example.com/hook" });
  const { redis, keys } = h;
  await redis.del(keys.hook("s0", webhook_id));
  await redis.hdel(keys.ownerHooks("s0", OWNER), webhook_id);
  const run = await endedRun();
  const [first] = await until(async () => {
    const page = await deliveries.ofRun(run, { limit: 9 });
    return page.deliveries[0]?.attempts[0]?.error ? page.deliveries : undefined;
  });
  // It might be younger than its record, which is written last: so it is looked for again.
  expect([first!.status, await named(webhook_id)]).toEqual(["waiting", ["s1", "s2"]]);
  await redis.hset(keys.delivery("s1", first!.delivery_id), "at", 1);
  await redis.zadd(keys.outboxLane("s1", webhook_id), 0, first!.delivery_id);
  await redis.zadd(keys.outbox("s1"), 0, webhook_id);
  await until(async () => (await deliveries.get(OWNER, first!.delivery_id)).status === "dropped");
  expect(await named(webhook_id)).toEqual(["s2"]);
  expect(got).toEqual([]);
});
