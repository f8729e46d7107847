/** Tells the registry of each shard what this executor can run. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Steps } from "./steps.ts";

export type Announcement = Omit<Executor, "status" | "last_seen_ms">;

export interface AnnouncerOptions {
  steps: Steps;
  shards: readonly string[];
  announcement: Announcement;
  everyMs: number;
  logger: Logger;
}

export interface Announcer {
  /** Resolves when every shard has answered or failed once. */
  start(): Promise<void>;
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
  logger,
}: AnnouncerOptions): Announcer {
  const text = JSON.stringify(announcement);
  let status: "online" | "draining" | "offline" = "online";
  let timer: ReturnType<typeof setInterval> | undefined;

  const announce = async () => {
    const calls = shards.map((shard) => steps.announce(shard, text, status));
    for (const { reason } of (await Promise.allSettled(calls)).filter((call) => call.status === "rejected")) {
      logger.warn("announcement not answered", { error: reason as unknown });
    }
  };

  return {
    start() {
      timer = setInterval(() => void announce(), everyMs);
      return announce();
    },
    drain() {
      status = "draining";
      return announce();
    },
    stop() {
      clearInterval(timer);
      status = "offline";
      return announce();
    },
  };
}
