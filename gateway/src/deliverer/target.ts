/** Where a delivery leads and what signs it, as it is now: webhooks are changed, disabled and deleted while it waits. */
import { ownerSecrets, secretsInForce } from "../webhooks/signing-secrets.ts";
import { webhookShard } from "../webhooks/webhook-store.ts";
import { runStep } from "../redis/scripts.ts";
import { inShard } from "../redis/sharded.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { OutboxDeps, Taken } from "./take.ts";

export interface TargetDeps extends OutboxDeps {
  shards: readonly string[];
}

export type Target =
  | { kind: "open"; url: string; secrets: string[] }
  | { kind: "disabled"; why: string }
  /** Deleted, or not there yet: its record is written last. */
  | { kind: "missing" };

/** @param now ms since the epoch */
export async function targetOf(deps: TargetDeps, delivery: Taken, now: number): Promise<Target> {
  const { redis, keys, shards } = deps;
  const { shard, run, hook, owner } = delivery;
  const home = webhookShard(shards);
  if (hook === "") {
    const [url, why] = await redis.hmget(keys.run(shard, run), "webhook_url", "webhook_disabled");
    if (!url) return { kind: "missing" };
    if (why) return { kind: "disabled", why };
    return { kind: "open", url, secrets: await ownerSecrets(deps, keys.ownerSecret(home, owner), now) };
  }
  const fields = ["url", "disabled", "secret", "old_secret", "old_until"] as const;
  const [url, why, secret, old_secret, old_until] = await redis.hmget(keys.hook(home, hook), ...fields);
  if (!url) return { kind: "missing" };
  if (why) return { kind: "disabled", why };
  return { kind: "open", url, secrets: secretsInForce({ secret, old_secret, old_until }, now) };
}

/** Nothing is delivered there any more: its receiver does not want it. */
export async function disable(
  { redis, keys, shards }: TargetDeps,
  delivery: Taken,
  why: string,
): Promise<void> {
  const { shard, run, hook } = delivery;
  const [hash, field] =
    hook === ""
      ? [keys.run(shard, run), "webhook_disabled"]
      : [keys.hook(webhookShard(shards), hook), "disabled"];
  await runStep(redis, steps.amend(keys, { hash, field, value: why }));
}

/** Takes away the name of a webhook that is not there, in the shard that still tells it. */
export async function forget({ redis, keys }: TargetDeps, { shard, owner, hook }: Taken): Promise<void> {
  const server = inShard(redis, shard);
  await server.multi().hdel(keys.ownerHooks(shard, owner), hook).del(keys.hookDeliveries(shard, hook)).exec();
}
