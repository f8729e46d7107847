/** Reads and changes the secrets that sign deliveries: of a webhook, or of an owner for the webhooks of runs. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { WebhookSecret } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toTimestamp } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { newSigningSecret } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";

export interface SecretDeps {
  redis: Redis;
  keys: Keys;
}

/** Fields of the hash that holds them. */
export interface SecretFields {
  secret?: string | null | undefined;
  old_secret?: string | null | undefined;
  old_until?: string | null | undefined;
}

/** The new one first; the one before as long as it counts. */
export function secretsInForce({ secret, old_secret, old_until }: SecretFields, now: number): string[] {
  const old = old_secret && Number(old_until) > now ? [old_secret] : [];
  return secret ? [secret, ...old] : old;
}

/**
 * @param secrets key of the hash that holds them
 * @returns undefined when there is no such webhook
 * @throws AppError `rotation-open` while the one before the present one still counts.
 */
export async function rotateSecret(
  { redis, keys }: SecretDeps,
  secrets: string,
  how: "rotate" | "show",
): Promise<WebhookSecret | undefined> {
  const secret = newSigningSecret();
  const given = { secrets, secret, how, overlapMs: DEFAULTS.webhook_rotation_ms };
  const [word, until] = await fromRedis(runStep(redis, steps.rotateSecret(keys, given)));
  if (word === "missing") return undefined;
  if (word === "open") {
    const end = toTimestamp(Number(until));
    throw new AppError("rotation-open", `The secret before this one counts until ${end}; change it then.`);
  }
  return { secret, ...(until === "" ? {} : { previous_until: toTimestamp(Number(until)) }) };
}

/** Secrets of an owner for the webhooks of runs; made when the first of them is delivered to, though nobody has asked. */
export async function ownerSecrets({ redis, keys }: SecretDeps, key: string, now: number): Promise<string[]> {
  for (;;) {
    const [secret, old_secret, old_until] = await fromRedis(
      redis.hmget(key, "secret", "old_secret", "old_until"),
    );
    const found = secretsInForce({ secret, old_secret, old_until }, now);
    if (found.length > 0) return found;
    const given = { secrets: key, secret: newSigningSecret(), how: "first" as const, overlapMs: 0 };
    await fromRedis(runStep(redis, steps.rotateSecret(keys, given)));
  }
}
