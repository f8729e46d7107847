/** Tells the registry of each shard what this executor can run; announcer.py is its twin. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import { faultOf } from "../errors/redis-faults.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import type { Steps } from "./steps.ts";

export type Announcement = Omit<Executor, "status" | "last_seen_ms">;

export interface AnnouncerOptions {
  steps: Steps;
  shards: readonly string[];
  /** What to say, asked each time. */
  announcement(): Announcement;
  everyMs: number;
  /** Before the next try where a shard could not be told. */
  backoff: Backoff;
  /** Called when operators want it otherwise than before: to take no more tasks, or to take them again. */
  onOrder(drain: boolean): void;
  clock: Clock;
  logger: Logger;
}

export interface Announcer {
  /** Resolves when every shard has answered or failed once; goes on for ever. */
  start(): Promise<void>;
  /** Announces now: another server may be there, which knows nothing. */
  again(): void;
  /** Why nobody can find this executor, for a person; undefined where all shards have been told. */
  problem(): string | undefined;
  /** Announces `draining` from now on. */
  drain(): Promise<void>;
  /** Announces `offline` and ends. */
  stop(): Promise<void>;
}

export function createAnnouncer({
  steps,
  shards,
  announcement,
  everyMs,
  backoff,
  onOrder,
  clock,
  logger,
}: AnnouncerOptions): Announcer {
  let status: "online" | "draining" | "offline" = "online";
  /** As operators want it. */
  let drained = false;
  let problem: string | undefined = "not announced yet";
  let callOff: (() => void) | undefined;

  const shown = () => (status === "online" && drained ? "draining" : status);

  /** An order that did not reach all shards counts. @returns whether it is another than before */
  const obey = (answers: PromiseSettledResult<"drain" | "none">[]): boolean => {
    const orders = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const wanted = orders.length === 0 ? drained : orders.includes("drain");
    if (wanted === drained) return false;
    drained = wanted;
    onOrder(drained);
    return true;
  };

  const announce = async (): Promise<void> => {
    const text = JSON.stringify(announcement());
    const calls = await Promise.allSettled(shards.map((shard) => steps.announce(shard, text, shown())));
    const failed = calls.find((call) => call.status === "rejected");
    if (failed) {
      logger.warn("announcement not answered", { error: failed.reason as unknown });
      problem = `not announced: ${faultOf(failed.reason) ?? "Redis did not answer"}`;
    } else {
      problem = undefined;
      backoff.reset();
    }
    callOff?.();
    if (obey(calls) && status !== "offline") return announce();
    if (status !== "offline") callOff = clock.after(failed ? backoff.next() : everyMs, () => void announce());
  };

  return {
    start: announce,
    again: () => void announce(),
    problem: () => problem,
    drain() {
      status = "draining";
      return announce();
    },
    stop() {
      callOff?.();
      status = "offline";
      return announce();
    },
  };
}
