/** One event's connection to Redis, and the work behind its answer that goes over it. */
import { DEFAULTS, POOLS } from "@myspinbot/contracts/wire.ts";
import { systemClock, systemRandom } from "../../clock.ts";
import { createConnected, type Connected } from "../../connected.ts";
import { createBell, driveTurn, type Turn } from "../../driver/turn.ts";
import { reconcile } from "../../driver/sweeps.ts";
import { createEventHub, type EventHub } from "../../events/event-hub.ts";
import { createInPlaceHost } from "../../executor/in-place.ts";
import { createResident, type Resident } from "../../executor/resident.ts";
import { noMetrics } from "../../telemetry/metrics.ts";
import { createDriverParts } from "../driver-parts.ts";
import { SLOTS, TOTALS, type Isolate } from "./isolate.ts";
import type { EventContext } from "./runtime.ts";

export interface Event {
  connected: Connected;
  /** Drives and works until nothing waits or the time is over; a gateway without that role leaves it to others. */
  drain(how: { sweep: boolean; reconcile?: boolean }): Promise<Turn>;
  /** The connection is closed when this was called and everything behind the answer has ended. */
  end(): void;
}

/** One consumer for all turns at the edge: what one of them leaves, the next adopts. */
const CONSUMER = "edge";
const ANY_NUMBER = 1_000_000;
/** While tasks run: what they say of themselves is mail, and so is a cancel. */
const LOOK_MS = 1000;

/** @param brings whether it may bring work: then it is asked at once who is there, with whatever is asked first */
export function createEvent(isolate: Isolate, context: EventContext, brings: boolean): Event {
  const { base, shared, store, does } = isolate;
  const { logger, redis: connections } = base;
  const redis = connections.commands();
  const following = createFollowing(redis, () => connections.subscriber(), isolate);
  let users = 1;
  const leave = (): void => {
    users -= 1;
    if (users > 0) return;
    following.end();
    redis.disconnect();
  };

  const drain: Event["drain"] = async (how) => {
    if (!does.drive) return { runs: 0, more: false };
    users += 1;
    try {
      return await drainOver(isolate, connected, how);
    } finally {
      leave();
    }
  };

  const connected: Connected = createConnected(shared, {
    ...{ redis, hub: following, store },
    wake() {
      const work = drain({ sweep: false });
      context.waitUntil(
        work.catch((error: unknown) => logger.warn("drive behind an answer failed", { error })),
      );
    },
  });
  if (brings) connected.registry.executors().catch(() => {});
  return { connected, drain, end: leave };
}

/**
 * A hub with a subscriber of its own, which most events never need. Where that one is cut alone the hub still asks, and
 * nothing is missed.
 */
function createFollowing(
  redis: Connected["redis"],
  subscribe: () => Connected["redis"],
  { base: { keys, logger } }: Isolate,
): EventHub & { end(): void } {
  let made: { hub: EventHub; subscriber: Connected["redis"] } | undefined;
  let isOver = false;
  const close = (): void => {
    isOver = true;
    made?.hub.close();
  };
  const make = () => {
    const subscriber = subscribe();
    const hub = createEventHub({ redis, subscriber, keys, clock: systemClock, logger });
    if (isOver) hub.close();
    return { hub, subscriber };
  };
  // There is no other attempt: who follows a run is to come back, and not to hear that all is well from nobody.
  redis.once("end", close);
  return {
    watch: (run) => (made ??= make()).hub.watch(run),
    close,
    end() {
      close();
      made?.subscriber.disconnect();
    },
  };
}

async function drainOver(
  isolate: Isolate,
  { redis, registry }: Connected,
  how: { sweep: boolean; reconcile?: boolean },
): Promise<Turn> {
  const { base, settings, mind, names, store } = isolate;
  const bell = createBell();
  const parts = createDriverParts({
    ...{ base, redis, store, mind, registry, metrics: noMetrics },
    config: settings.config,
    consumer: CONSUMER,
    onCommit: bell.ring,
  });
  const { driver, sweeps, retention } = parts;
  if (how.reconcile) for (const sweep of sweeps) await reconcile(sweep);

  const name = names.take();
  const resident = residentOver(isolate, { redis, name, onSettle: bell.ring });
  const callOff = systemClock.after(settings.drainMs, () => resident.release());
  const looks = setInterval(bell.ring, LOOK_MS);
  try {
    return await driveTurn(
      {
        ...{ driver, sweeps, bell, clock: systemClock, logger: base.logger },
        // Who runs tasks beside Redis is nearer to them.
        beside: async () => {
          if (!isolate.does.work) return;
          const rows = await registry.executors();
          const others = rows.some(
            ({ pool, status, executor_id }) =>
              pool === POOLS.node_plane && status === "online" && executor_id !== "edge",
          );
          if (!others) await resident.look();
        },
      },
      { runs: ANY_NUMBER, ms: settings.drainMs, sweep: how.sweep },
    );
  } finally {
    callOff();
    clearInterval(looks);
    if (await resident.end()) names.giveBack(name);
    await retention.idle();
  }
}

function residentOver(
  { base, settings, handlers, capabilities }: Isolate,
  { redis, name, onSettle }: { redis: Connected["redis"]; name: string; onSettle: () => void },
): Resident {
  const { config } = settings;
  return createResident({
    ...{ redis, onSettle, capabilities, totals: TOTALS },
    keys: base.keys,
    shards: base.shards,
    pool: POOLS.node_plane,
    executorId: name,
    slots: SLOTS,
    leaseMs: config.lease_ms,
    renewMs: Math.min(DEFAULTS.renew_ms, Math.floor(config.lease_ms / 3)),
    nodeTypes: base.nodeTypes,
    host: createInPlaceHost(handlers, systemClock),
    showFailures: config.show_failures,
    logger: base.logger,
    metrics: noMetrics,
    clock: systemClock,
    random: systemRandom,
  });
}
