/** One attempt to deliver: signed, sent, and its end told to the outbox, whatever happens. */
import type { Clock } from "../clock.ts";
import { toTimestamp } from "../clock.ts";
import { withPatience } from "../redis/patience.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { toBody, type RunFacts } from "./payload.ts";
import { pauseAfter } from "./schedule.ts";
import { signatureHeader } from "./sign.ts";
import { settle, type Ending, type Taken } from "./take.ts";
import { disable, forget, targetOf, type TargetDeps } from "./target.ts";
import { judgeAnswer } from "./verdict.ts";

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface PostAnswer {
  status: number;
  retryAfter?: string;
  /** How the body begins, as text. */
  beginning: string;
}

/** Sends to who is allowed to be sent to. @throws an Error whose message says why there is no answer, for a person. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

export interface AttemptDeps extends TargetDeps {
  post: Post;
  clock: Clock;
  random: () => number;
  logger: Pick<Logger, "info" | "warn" | "error">;
  metrics: Pick<Metrics, "delivery">;
}

/** A webhook that is younger may not be written yet. */
const YOUNG_MS = 60_000;

/** Tries once; never throws. */
export async function attempt(deps: AttemptDeps, delivery: Taken): Promise<void> {
  const { clock, logger, metrics, leaseMs } = deps;
  const fields = { delivery_id: delivery.delivery, run_id: delivery.run, attempt: Number(delivery.attempt) };
  try {
    const ending = await endingOf(deps, delivery);
    if (!ending) return;
    const answer = await withPatience(clock, leaseMs, () => settle(deps, delivery, ending));
    metrics.delivery(answer);
    const said = {
      ...fields,
      outcome: answer,
      status: ending.log.status,
      duration_ms: ending.log.duration_ms,
    };
    if (answer === "delivered") logger.info("webhook delivered", said);
    else logger.warn("webhook not delivered", { ...said, error: ending.log.error });
  } catch (error) {
    // Its lease ends by itself, and it is tried again.
    logger.error("delivery failed", { ...fields, error });
  }
}

/** Undefined when its run was removed meanwhile, and the delivery with it. */
async function endingOf(deps: AttemptDeps, delivery: Taken): Promise<Ending | undefined> {
  const { clock, random } = deps;
  const began = clock.elapsed();
  const now = clock.now();
  const number = Number(delivery.attempt);
  const end = (
    outcome: Ending["outcome"],
    more: Omit<Ending["log"], "attempt" | "at">,
    askedMs = 0,
  ): Ending => ({
    outcome,
    log: {
      attempt: number,
      at: toTimestamp(now),
      duration_ms: Math.max(0, Math.round(clock.elapsed() - began)),
      ...more,
    },
    delayMs: outcome === "failed" ? pauseAfter(number - Number(delivery.since), askedMs, random) : 0,
  });

  const [facts, target] = await Promise.all([factsOf(deps, delivery), targetOf(deps, delivery, now)]);
  if (!facts) return undefined;
  if (target.kind === "disabled") return end("disabled", { error: target.why });
  if (target.kind === "missing") {
    const error = "There is no such webhook any more.";
    if (now - Number(delivery.at) < YOUNG_MS) return end("failed", { error });
    await forget(deps, delivery);
    return end("dropped", { error });
  }
  const body = toBody(delivery, facts);
  const signed = { id: delivery.delivery, timestamp: Math.floor(now / 1000), body };
  const headers = {
    "content-type": "application/json",
    "webhook-id": signed.id,
    "webhook-timestamp": String(signed.timestamp),
    "webhook-signature": await signatureHeader(target.secrets, signed),
  };
  const answer = await deps.post({ url: target.url, headers, body }).catch(wordsOf);
  if (typeof answer === "string") return end("failed", { error: answer });
  const verdict = judgeAnswer(answer.status, answer.retryAfter, clock.now());
  if (verdict.outcome === "disabled") await disable(deps, delivery, verdict.error ?? "");
  const said = {
    status: answer.status,
    ...(answer.beginning === "" ? {} : { answer: answer.beginning }),
    ...(verdict.error === undefined ? {} : { error: verdict.error }),
  };
  return end(verdict.outcome, said, verdict.askedMs);
}

/** Undefined when there is no such run any more. */
async function factsOf({ redis, keys }: AttemptDeps, { shard, run }: Taken): Promise<RunFacts | undefined> {
  const [[graph, created_at], tags] = await Promise.all([
    redis.hmget(keys.run(shard, run), "graph", "created_at"),
    redis.hget(keys.runData(shard, run), "tags"),
  ]);
  return graph && created_at && tags !== null ? { graph, created_at, tags } : undefined;
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
