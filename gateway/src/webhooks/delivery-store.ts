/** Shows deliveries to their owner, and queues one again. */
import { shardOfId, type Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Delivery, DeliveryPage, DeliveryRow } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { readCursor, toCursor } from "../redis/cursor.ts";
import { newestFirst } from "../redis/newest-first.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { toDelivery } from "./delivery-view.ts";
import { webhookNotFound, webhookShard } from "./webhook-store.ts";

export interface DeliveryStoreDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

export interface PageRequest {
  limit: number;
  cursor?: string;
}

export interface DeliveryStore {
  /** @throws AppError `delivery-not-found`, also for another owner's; `delivery-gone` for one's own that went with its run */
  get(owner: string, id: string): Promise<Delivery>;
  /** Of a run, whose owner has been looked at. @throws AppError `invalid-request` for a cursor that is none of ours */
  ofRun(run: string, page: PageRequest): Promise<DeliveryPage>;
  /** Of a webhook, whose owner has been looked at. @throws AppError `invalid-request` for a cursor that is none of ours */
  ofWebhook(webhook: string, page: PageRequest): Promise<DeliveryPage>;
  /** @throws AppError as `get`, `webhook-not-found` and `webhook-disabled` of where it leads */
  redeliver(owner: string, id: string): Promise<Delivery>;
}

const DELIVERY_ID = /^dlv_s[0-9]{1,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}[0-9]{1,4}$/;

export function createDeliveryStore(deps: DeliveryStoreDeps): DeliveryStore {
  const { redis, keys, shards } = deps;

  const read = async (id: string): Promise<Record<string, string>> =>
    fromRedis(redis.hgetall(keys.delivery(shardOfId(id), id)));
  const readOwn = async (owner: string, id: string): Promise<DeliveryRow & Record<string, string>> => {
    const isOurs = DELIVERY_ID.test(id) && shards.includes(shardOfId(id));
    const row = isOurs ? await read(id) : {};
    if (row.gone_owner === owner) throw gone(id);
    if (row.owner !== owner) throw notFound(id);
    return row as DeliveryRow & Record<string, string>;
  };
  const page = async (lists: string[], { limit, cursor }: PageRequest): Promise<DeliveryPage> => {
    const after = cursor === undefined ? undefined : readCursor(cursor, (text) => DELIVERY_ID.test(text));
    const places = await newestFirst(redis, lists, after, limit);
    const rows = await Promise.all(places.map(({ id }) => read(id)));
    const deliveries = rows.flatMap((row, index) =>
      row.run === undefined ? [] : [toDelivery(places[index]!.id, row)],
    );
    const last = places.length === limit ? places.at(-1) : undefined;
    return { deliveries, ...(last ? { next_cursor: toCursor(last) } : {}) };
  };

  return {
    get: async (owner, id) => toDelivery(id, await readOwn(owner, id)),
    ofRun: (run, request) => page([keys.runDeliveries(shardOfRun(run), run)], request),
    ofWebhook: (webhook, request) =>
      page(
        shards.map((shard) => keys.hookDeliveries(shard, webhook)),
        request,
      ),
    async redeliver(owner, id) {
      const row = await readOwn(owner, id);
      await assertOpen(deps, row);
      const answer = await fromRedis(
        runStep(redis, steps.redeliver(keys, { shard: shardOfId(id), delivery: id })),
      );
      if (answer === "missing") throw notFound(id);
      return toDelivery(id, await readOwn(owner, id));
    },
  };
}

/** @throws AppError when what is delivered there would be refused again */
async function assertOpen(
  { redis, keys, shards }: DeliveryStoreDeps,
  { hook, run }: DeliveryRow,
): Promise<void> {
  const [there, disabled] = await fromRedis(
    hook === ""
      ? redis.hmget(keys.run(shardOfRun(run), run), "status", "webhook_disabled")
      : redis.hmget(keys.hook(webhookShard(shards), hook), "url", "disabled"),
  );
  if (!there) throw webhookNotFound(hook);
  if (disabled) throw new AppError("webhook-disabled", `The webhook is disabled. ${disabled}`);
}

function notFound(id: string): AppError {
  return new AppError("delivery-not-found", `There is no delivery ${id.slice(0, 64)}.`);
}

function gone(id: string): AppError {
  return new AppError("delivery-gone", `The delivery ${id} was kept as long as its run, which is over.`);
}
