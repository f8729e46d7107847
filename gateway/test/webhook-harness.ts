/** The app with a deliverer and a receiver: what becomes of runs is told over real connections. */
import type { Delivery, DeliveryPage, Graph, Run } from "@myspinbot/contracts/types.ts";
import { systemClock } from "../src/clock.ts";
import { createDeliverer, type Deliverer, type DelivererDeps } from "../src/deliverer/deliverer.ts";
import { createGuardedPost } from "../src/entry/nodejs/guarded-post.ts";
import { newPlainId } from "../src/ids.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { noMetrics } from "../src/telemetry/metrics.ts";
import { createAppHarness, runOf, type AppHarness, type AppHarnessOptions } from "./app-harness.ts";
import { startReceiver, type Receiver } from "./receiver.ts";
import { until } from "./until.ts";

export interface WebhookHarness extends AppHarness {
  receiver: Receiver;
  deliverer: Deliverer;
  /** Another process, as far as the outbox can tell. */
  addDeliverer(change?: Partial<DelivererDeps>): Deliverer;
  /** Log lines of the deliverers. */
  said: Record<string, unknown>[];
  start(more?: object, headers?: Record<string, string>): Promise<Run>;
  ended(more?: object, headers?: Record<string, string>): Promise<Run>;
  delivery(id: string, headers?: Record<string, string>): Promise<Delivery>;
  deliveriesOf(run: string, headers?: Record<string, string>): Promise<Delivery[]>;
  /** Waits until the run's only delivery looks like this. */
  only(run: string, test: (delivery: Delivery) => boolean): Promise<Delivery>;
  /** Makes what waits due now. */
  hurry(delivery: string): Promise<void>;
}

const ONE: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: { text: "$a.text" },
};

export const TIMEOUT_MS = 400;
export const LEASE_MS = 1000;

export async function createWebhookHarness(
  prefix: string,
  options: AppHarnessOptions & { deliver?: Partial<DelivererDeps> } = {},
): Promise<WebhookHarness> {
  const h = await createAppHarness(prefix, options);
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
  const receiver = await startReceiver();
  const said: Record<string, unknown>[] = [];
  const logger = createLogger({
    now: systemClock.now,
    level: "debug",
    write: (line) => said.push(JSON.parse(line) as Record<string, unknown>),
  });
  const { redis, keys } = h.driver;
  const guarded = createGuardedPost({
    policy: { local: true, ports: ["443"] },
    timeoutMs: TIMEOUT_MS,
    userAgent: "MySpinBot/test",
  });
  const deliverers: Deliverer[] = [];
  const addDeliverer = (change: Partial<DelivererDeps> = {}): Deliverer => {
    const deliverer = createDeliverer({
      ...{ redis, keys, shards: ["s0"], deliverer: newPlainId("deliverer") },
      ...{ leaseMs: LEASE_MS, perLane: 4, mostAtOnce: 64, post: guarded.post },
      ...{ clock: systemClock, random: () => 0.5, logger, metrics: noMetrics },
      ...options.deliver,
      ...change,
    });
    deliverer.start();
    deliverers.push(deliverer);
    return deliverer;
  };
  const json = async <T>(path: string, headers: Record<string, string> = {}): Promise<T> =>
    (await (await h.request(path, { headers })).json()) as T;
  const start = async (more: object = {}, headers: Record<string, string> = {}): Promise<Run> =>
    runOf(await h.post("/v1/runs", { graph: ONE, ...more }, headers));
  const deliveriesOf = async (run: string, headers: Record<string, string> = {}): Promise<Delivery[]> =>
    (await json<DeliveryPage>(`/v1/runs/${run}/deliveries`, headers)).deliveries;
  return {
    ...h,
    receiver,
    deliverer: addDeliverer(),
    addDeliverer,
    said,
    start,
    ended: (more = {}, headers = {}) => start(more, { prefer: "wait=30", ...headers }),
    delivery: (id, headers) => json(`/v1/deliveries/${id}`, headers),
    deliveriesOf,
    only: (run, test) =>
      until(async () => {
        const [delivery, ...more] = await deliveriesOf(run);
        if (more.length > 0) throw new Error("there are several deliveries");
        return delivery && test(delivery) ? delivery : undefined;
      }),
    async hurry(delivery) {
      const lane = await redis.hget(keys.delivery("s0", delivery), "lane");
      await redis.zadd(keys.outboxLane("s0", lane!), 0, delivery);
      await redis.zadd(keys.outbox("s0"), 0, lane!);
    },
    async close() {
      for (const each of deliverers) await each.stop(0);
      await guarded.close();
      await receiver.close();
      await h.close();
    },
  };
}
