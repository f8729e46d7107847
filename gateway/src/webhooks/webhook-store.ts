/** An owner's webhooks: kept in the first shard, and named in every shard, where events are put into the outbox. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Webhook, WebhookCreate, WebhookRow, WebhookSecret } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toTimestamp } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { newPlainId, newSigningSecret } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { runStep } from "../redis/scripts.ts";
import type { WebhookPolicy } from "./judge-url.ts";
import { assertFitUrl } from "./run-webhook.ts";
import { rotateSecret } from "./signing-secrets.ts";
import { END_EVENTS } from "./webhook-events.ts";

export interface WebhookStoreDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  webhooks: WebhookPolicy;
}

/** What is another owner's is not there: `webhook-not-found`. */
export interface WebhookStore {
  /** @returns the webhook with its secret @throws AppError `unfit-webhook`, `too-many-webhooks` */
  create(owner: string, request: WebhookCreate): Promise<Webhook>;
  list(owner: string): Promise<Webhook[]>;
  get(owner: string, id: string): Promise<Webhook>;
  delete(owner: string, id: string): Promise<void>;
  enable(owner: string, id: string): Promise<Webhook>;
  /** @throws AppError `rotation-open` */
  rotate(owner: string, id: string): Promise<WebhookSecret>;
  /** Of the webhooks that an owner's runs name. @throws AppError `rotation-open` */
  rotateForRuns(owner: string): Promise<WebhookSecret>;
}

const WEBHOOK_ID = /^hook_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Where the records of all webhooks are: deliveries of every shard ask there. */
export function webhookShard(shards: readonly string[]): string {
  return shards[0] ?? "s0";
}

export function createWebhookStore(deps: WebhookStoreDeps): WebhookStore {
  const { redis, keys, shards } = deps;
  const home = webhookShard(shards);

  const find = async (owner: string, id: string): Promise<Webhook | undefined> => {
    const row = WEBHOOK_ID.test(id) ? await fromRedis(redis.hgetall(keys.hook(home, id))) : {};
    return row.owner === owner ? toWebhook(id, row as unknown as WebhookRow) : undefined;
  };
  const read = async (owner: string, id: string): Promise<Webhook> => {
    const found = await find(owner, id);
    if (!found) throw webhookNotFound(id);
    return found;
  };

  return {
    create: (owner, request) => createWebhook(deps, owner, request),
    get: read,
    async list(owner) {
      const ids = await fromRedis(redis.hkeys(keys.ownerHooks(home, owner)));
      const found = await Promise.all(ids.map((id) => find(owner, id)));
      return found
        .filter((each) => each !== undefined)
        .sort((a, b) => (a.webhook_id < b.webhook_id ? 1 : -1));
    },
    async delete(owner, id) {
      await read(owner, id);
      // Its record first: deliveries that still come to be in another shard find it gone, and take its name away there.
      for (const shard of shards)
        await fromRedis(
          inShard(redis, shard)
            .multi()
            .del(keys.hook(shard, id), keys.hookDeliveries(shard, id))
            .hdel(keys.ownerHooks(shard, owner), id)
            .exec(),
        );
    },
    async enable(owner, id) {
      await read(owner, id);
      const given = { hash: keys.hook(home, id), field: "disabled", value: "" };
      await fromRedis(runStep(redis, steps.amend(keys, given)));
      return read(owner, id);
    },
    async rotate(owner, id) {
      await read(owner, id);
      const rotated = await rotateSecret({ redis, keys }, keys.hook(home, id), "rotate");
      if (!rotated) throw webhookNotFound(id);
      return rotated;
    },
    async rotateForRuns(owner) {
      return (await rotateSecret({ redis, keys }, keys.ownerSecret(home, owner), "show"))!;
    },
  };
}

async function createWebhook(
  { redis, keys, shards, webhooks }: WebhookStoreDeps,
  owner: string,
  { url, events = [...END_EVENTS], description }: WebhookCreate,
): Promise<Webhook> {
  assertFitUrl(url, "/url", webhooks);
  const hook = newPlainId("hook");
  const secret = newSigningSecret();
  const [home, ...others] = shards as [string, ...string[]];
  const told = [...new Set(events)].join(" ");
  const fields = { owner, url, secret, ...(description === undefined ? {} : { description }) };
  // Its record comes last: until then its name in the other shards leads nowhere, and goes by itself.
  for (const shard of others) await fromRedis(redis.hset(keys.ownerHooks(shard, owner), hook, told));
  const given = { shard: home, hook, owner, events: told, atMost: DEFAULTS.webhooks_per_owner, fields };
  const [word, now] = await fromRedis(runStep(redis, steps.putHook(keys, given)));
  if (word === "full") {
    for (const shard of others) await fromRedis(redis.hdel(keys.ownerHooks(shard, owner), hook));
    throw new AppError("too-many-webhooks", `An owner may have ${DEFAULTS.webhooks_per_owner} webhooks.`);
  }
  return { ...toWebhook(hook, { ...fields, events: told, created_at: now }), secret };
}

function toWebhook(id: string, row: WebhookRow): Webhook {
  return {
    webhook_id: id,
    url: row.url,
    events: row.events.split(" ") as Webhook["events"],
    ...(row.description === undefined ? {} : { description: row.description }),
    status: row.disabled === undefined ? "enabled" : "disabled",
    ...(row.disabled === undefined ? {} : { status_reason: row.disabled }),
    created_at: toTimestamp(Number(row.created_at)),
  };
}

export function webhookNotFound(id: string): AppError {
  return new AppError("webhook-not-found", `There is no webhook ${id.slice(0, 64)}.`);
}
