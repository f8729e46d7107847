/**
 * Tells the registry of each shard what this executor can run, and again and again that it is here; announcer.py is its
 * twin.
 */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import { faultOf } from "../errors/redis-faults.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import { createShardsKnown } from "./shards-known.ts";
import type { Orders, Steps } from "./steps.ts";

export type Announcement = Omit<Executor, "status" | "last_seen_ms" | "probe_order_ms">;

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
  /** Called when operators want its engines to be asked; resolves when that is done. */
  onProbe(): Promise<unknown>;
  clock: Clock;
  logger: Logger;
}

export interface Announcer {
  /** Resolves when every shard has answered or failed once; goes on for ever. */
  start(): Promise<void>;
  /** Announces everything now: another server may be there, which knows nothing. */
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
  onProbe,
  clock,
  logger,
}: AnnouncerOptions): Announcer {
  let status: "online" | "draining" | "offline" = "online";
  /** As operators want it. */
  let drained = false;
  /** The latest order to ask the engines: begun, and done. */
  let probing = 0;
  let probed = 0;
  let problem: string | undefined = "not announced yet";
  /** What all shards have taken last. As long as nothing of it changes they are told that it is here, which is short. */
  let known: string | undefined;
  let callOff: (() => void) | undefined;
  const shardsKnown = createShardsKnown(shards.length, logger);

  const shown = () => (status === "online" && drained ? "draining" : status);

  /** An order that did not reach all shards counts. @returns whether it is another than before */
  const obey = (orders: Orders[]): boolean => {
    const wanted = orders.length === 0 ? drained : orders.some(({ drain }) => drain);
    if (wanted === drained) return false;
    drained = wanted;
    onOrder(drained);
    return true;
  };

  const probe = async (order: number): Promise<void> => {
    if (order <= probing) return;
    probing = order;
    await onProbe();
    probed = Math.max(probed, order);
    if (status !== "offline") await announce();
  };

  const tell = async (shard: string, text: string): Promise<Orders> => {
    const sign = known === shown() + text ? await steps.alive(shard) : "unknown";
    return sign === "unknown" ? steps.announce(shard, text, shown()) : sign;
  };

  const announce = async (): Promise<void> => {
    const text = JSON.stringify({ ...announcement(), ...(probed > 0 ? { probe_order_ms: probed } : {}) });
    const all = shown() + text;
    const calls = await Promise.allSettled(shards.map((shard) => tell(shard, text)));
    const failed = calls.find((call) => call.status === "rejected");
    known = failed ? undefined : all;
    if (failed) {
      logger.warn("announcement not answered", { error: failed.reason as unknown });
      problem = `not announced: ${faultOf(failed.reason) ?? "Redis did not answer"}`;
    } else {
      problem = undefined;
      backoff.reset();
    }
    callOff?.();
    // Gateways say in each of their shards how many they are; what is behind the last of them may be left from before.
    if (calls[0]?.status === "fulfilled") shardsKnown.told(calls[0].value.shards);
    const orders = calls.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
    void probe(Math.max(0, ...orders.map((order) => order.probe)));
    if (obey(orders) && status !== "offline") return announce();
    if (status !== "offline") callOff = clock.after(failed ? backoff.next() : everyMs, () => void announce());
  };

  return {
    start: announce,
    again() {
      known = undefined;
      void announce();
    },
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
