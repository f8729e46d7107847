/** Takes due deliveries out of the outbox, and says how their attempts ended. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import type { DeliveryAttempt } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";

const FIELDS = [
  ...(["run", "owner", "hook", "lane", "type", "seq", "at", "started_at", "attempt", "since"] as const),
];

/** A delivery under a lease of this deliverer; what is not there is ''. */
export type Taken = Record<(typeof FIELDS)[number], string> & { shard: string; delivery: string };

export interface OutboxDeps {
  redis: Redis;
  keys: Keys;
  /** Name of this deliverer. */
  deliverer: string;
  /** How long an attempt may take before another is made. */
  leaseMs: number;
  /** Of one receiver, in each shard. */
  perLane: number;
}

export interface TakeRequest {
  shard: string;
  /** The same for a repeated call. */
  call: string;
  atMost: number;
}

/** @returns the deliveries, and in how many ms the next is due: -1 when none waits */
export async function take(
  { redis, keys, deliverer, leaseMs, perLane }: OutboxDeps,
  { shard, call, atMost }: TakeRequest,
): Promise<{ taken: Taken[]; nextMs: number }> {
  const given = { shard, deliverer, call, atMost, perLane, leaseMs, maxAttempts: DEFAULTS.webhook_attempts };
  const [nextMs, rows] = await runStep(redis, steps.deliver(keys, given));
  const taken = rows.map(([delivery, ...values]) => ({
    shard,
    delivery,
    ...(Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? ""])) as Record<
      (typeof FIELDS)[number],
      string
    >),
  }));
  return { taken, nextMs };
}

/** How an attempt ended; `delayMs` counts where it failed. */
export interface Ending {
  outcome: "delivered" | "failed" | "disabled" | "dropped";
  log: DeliveryAttempt;
  delayMs: number;
}

export function settle(
  { redis, keys, perLane }: OutboxDeps,
  { shard, delivery, lane, attempt }: Taken,
  { outcome, log, delayMs }: Ending,
): Promise<AnswerOf<typeof steps.delivered>> {
  const given = { shard, delivery, lane, attempt: Number(attempt), outcome, delayMs, perLane };
  const limits = { maxAttempts: DEFAULTS.webhook_attempts, log: JSON.stringify(log) };
  return runStep(redis, steps.delivered(keys, { ...given, ...limits }));
}
