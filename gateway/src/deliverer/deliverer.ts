/** Delivers what is in the outbox: takes what is due, as long as there is room, and looks again when it is time. */
import { newPlainId } from "../ids.ts";
import { isClustered } from "../redis/sharded.ts";
import { webhookShard } from "../webhooks/webhook-store.ts";
import { attempt, type AttemptDeps } from "./attempt.ts";
import { take } from "./take.ts";

export interface DelivererDeps extends AttemptDeps {
  /** Attempts at once of this process. */
  mostAtOnce: number;
}

export interface Deliverer {
  start(): void;
  /** Takes nothing more, and waits at most `graceMs` for attempts under way; others make those again that it left. */
  stop(graceMs: number): Promise<void>;
}

/** How often the outbox is looked at: nobody is told of new deliveries. */
const LOOK_MS = 250;
/** After Redis could not be asked. */
const AWAY_MS = 1000;
const PAGE = 64;

/**
 * In a cluster the first shard, which knows where deliveries lead and what signs them, may be away alone.
 * @throws Error then: what is taken meanwhile would lose its attempts.
 */
async function askHome({ redis, keys, shards }: DelivererDeps, shard: string): Promise<void> {
  const home = webhookShard(shards);
  if (isClustered(redis) && shard !== home) await redis.exists(keys.ownerSecret(home, ""));
}

export function createDeliverer(deps: DelivererDeps): Deliverer {
  const { shards, clock, logger, mostAtOnce } = deps;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let loops: Promise<void>[] = [];
  const waiting = new Set<AbortController>();
  /** How many attempts have ended: each makes room in its lane. */
  let ended = 0;

  const wake = (): void => {
    for (const each of waiting) each.abort();
  };
  const sleep = async (ms: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    const controller = new AbortController();
    waiting.add(controller);
    await clock.sleep(ms, controller.signal);
    waiting.delete(controller);
  };

  async function deliver(shard: string): Promise<void> {
    let call = newPlainId("call");
    while (!stopping.signal.aborted) {
      const room = Math.min(PAGE, mostAtOnce - running.size);
      if (room <= 0) {
        await sleep(LOOK_MS);
        continue;
      }
      try {
        await askHome(deps, shard);
        const before = ended;
        const { taken, nextMs } = await take(deps, { shard, call, atMost: room });
        call = newPlainId("call");
        for (const each of taken) {
          const work = attempt(deps, each).finally(() => {
            running.delete(work);
            ended += 1;
            wake();
          });
          running.add(work);
        }
        if (taken.length < room && ended === before)
          await sleep(nextMs < 0 ? LOOK_MS : Math.min(LOOK_MS, nextMs));
      } catch (error) {
        logger.warn("outbox not read", { shard, error });
        await sleep(AWAY_MS);
      }
    }
  }

  return {
    start() {
      loops = shards.map(deliver);
    },
    async stop(graceMs) {
      stopping.abort();
      wake();
      const late = new AbortController();
      // What a loop has just taken is still attempted.
      const done = Promise.all(loops).then(() => Promise.all(running));
      await Promise.race([done, clock.sleep(graceMs, late.signal)]);
      late.abort();
    },
  };
}
