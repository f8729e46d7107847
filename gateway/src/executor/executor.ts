/**
 * The node-plane executor: pulls tasks under leases, runs their nodes, reports; executor.py is its twin.
 */
import type { Clock } from "../clock.ts";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import type { Redis } from "../redis/client.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createAnnouncer, type Announcer, type AnnouncerOptions } from "./announcer.ts";
import { createBackoff } from "./backoff.ts";
import { listenToControl } from "./control-channel.ts";
import { drain } from "./drain.ts";
import { createCapabilities, type Capabilities } from "./capabilities.ts";
import type { HandlerHost } from "./handler-host.ts";
import { createHeldTasks, type HeldTasks } from "./held-tasks.ts";
import { createIntake } from "./intake.ts";
import { createLeases, type Leases } from "./lease.ts";
import { findEngines } from "./find-engines.ts";
import { createProber } from "./prober.ts";
import { createPuller, type Puller } from "./puller.ts";
import { createResources, type Amounts, type Resources } from "./resources.ts";
import { createSteps, type Entry } from "./steps.ts";
import { createTaskMemory } from "./task-memory.ts";
import { createTaskReader } from "./task-reader.ts";

export interface ExecutorDeps {
  /** For scripts. */
  redis: Redis;
  /** Makes the connection with which one shard is read. */
  openReader(shard: string): Redis;
  openSubscriber(): Redis;
  keys: Keys;
  shards: readonly string[];
  pool: string;
  /** Unique per process start: it is the consumer's name. */
  executorId: string;
  version: string;
  /** Tasks at once, in all shards together. */
  slots: number;
  leaseMs: number;
  renewMs: number;
  announceMs: number;
  /** How often engines are asked whether they are here. */
  probeMs: number;
  /** What handlers may use of the machine, together. */
  totals: Amounts;
  /** Longest time that a read waits for a task. */
  blockMs: number;
  nodeTypes: NodeTypes;
  host: HandlerHost;
  /** Whether runs see the last line of what a handler did not expect. */
  showFailures?: boolean | undefined;
  logger: Logger;
  metrics: Pick<Metrics, "node">;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
}

export interface Executor {
  /** Begins to pull; resolves when the registry was told, or could not be told yet. */
  start(): Promise<void>;
  /** Why no task comes here, for a person; undefined when the registry knows of this executor. */
  problem(): string | undefined;
  /** Stops pulling, waits `graceMs` for what runs, releases the rest and leaves. Closes its own connections only. */
  stop(graceMs: number): Promise<void>;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { redis, keys, shards, pool, executorId, slots, clock, logger } = deps;
  const steps = createSteps({ redis, keys, pool, executorId });
  const held = createHeldTasks(slots);
  const subscriber = deps.openSubscriber();
  const backoff = () => createBackoff(deps.random);

  const onOrder = (drain: boolean) => obey(drain, { held, pullers, logger, executorId });
  const { types, capabilities, resources, announcer, prober } = whatItCan({ ...deps, steps, onOrder });

  const intake = createIntake({
    ...deps,
    capabilities,
    resources,
    onAbsent: (type) => prober.ask([type]),
    onFailed: (type) => prober.ask([type]),
    ...{ steps, held, memory: createTaskMemory() },
    onHeld: (shard, fresh) => leases.get(shard)?.added(fresh),
  });
  const leases = new Map(
    shards.map((shard) => {
      const recover = (entries: readonly Entry[]) => {
        for (const entry of entries) intake.accept(shard, entry, "recovered");
        pullers.find((puller) => puller.shard === shard)?.doubt();
      };
      return [shard, createLeases({ ...deps, shard, steps, held, recover, backoff: backoff() })];
    }),
  );
  const pullers = shards.map((shard) => {
    const connection = deps.openReader(shard);
    return createPuller({
      shard,
      connection,
      reader: createTaskReader({ redis: connection, keys, shard, pool, consumer: executorId }),
      blockMs: deps.blockMs,
      held,
      accept: (entry, source) => intake.accept(shard, entry, source),
      onReconnected: () => leases.get(shard)?.reconnected(),
      backoff: backoff(),
      clock,
      logger,
    });
  });
  const onReady = () => {
    announcer.again();
    for (const lease of leases.values()) lease.reconnected();
  };
  let loops: Promise<unknown> = Promise.resolve();

  return {
    async start() {
      // Neither waits for the other: without Redis each comes when it is back.
      void listenToControl({ ...deps, subscriber, ...whatIsHeard(held, leases, announcer) });
      // No task comes before it is known what can be done, but for engines that do not answer.
      const known = new AbortController();
      await Promise.race([prober.now(), clock.sleep(EXECUTOR.checks_ms, known.signal)]);
      known.abort();
      loops = Promise.all(pullers.map((puller) => puller.run()));
      redis.on("ready", onReady);
      for (const lease of leases.values()) void lease.renew();
      await announcer.start();
      prober.run();
      logger.info("executor started", {
        executor_id: executorId,
        pool,
        shards,
        slots,
        node_types: types.map(({ type }) => type),
      });
    },

    problem: announcer.problem,

    async stop(graceMs) {
      prober.stop();
      intake.close();
      for (const puller of pullers) puller.stop();
      await loops;
      await drain({ steps, held, leases, announcer, graceMs, clock, logger });
      redis.off("ready", onReady);
      for (const lease of leases.values()) lease.stop();
      subscriber.disconnect();
      logger.info("executor stopped", { executor_id: executorId });
    },
  };
}

/** What the control channel leads to. */
function whatIsHeard(held: HeldTasks, leases: ReadonlyMap<string, Leases>, announcer: Announcer) {
  return {
    onCancel: (task: string) => held.get(task)?.stop("canceled"),
    onRenew: () => leases.forEach((lease) => void lease.renew()),
    onAnnounce: announcer.again,
  };
}

/** As operators want it: what is held stays. */
function obey(
  drain: boolean,
  {
    held,
    pullers,
    logger,
    executorId,
  }: { held: HeldTasks; pullers: readonly Puller[] } & Pick<ExecutorDeps, "logger" | "executorId">,
): void {
  held.setClosed(drain);
  if (drain) for (const puller of pullers) puller.interrupt();
  logger.info(drain ? "takes no more tasks" : "takes tasks again", { executor_id: executorId });
}

interface AnnouncingDeps extends ExecutorDeps, Pick<AnnouncerOptions, "steps" | "onOrder"> {}

/** Which engines and how much of the machine this executor has, and who tells others. */
function whatItCan(deps: AnnouncingDeps) {
  const { nodeTypes, host, clock, logger } = deps;
  const types = nodeTypes.list().filter(({ type }) => host.has(type));
  const capabilities = createCapabilities(types);
  const resources = createResources(deps.totals, nodeTypes);
  const announcer = announcerOf({ ...deps, onProbe: () => prober.now() }, capabilities, resources);
  const prober = createProber({
    ...{ types: types.map(({ type }) => type), capabilities, everyMs: deps.probeMs, clock, logger },
    probe: (names) => findEngines(host, types, names),
    onChange(names) {
      logger.info("engines have changed", { node_types: names });
      announcer.again();
    },
  });
  return { types, capabilities, resources, announcer, prober };
}

function announcerOf(
  deps: AnnouncingDeps & Pick<AnnouncerOptions, "onProbe">,
  capabilities: Capabilities,
  resources: Resources,
): Announcer {
  const { executorId, pool, version, slots, shards } = deps;
  const fixed = {
    executor_id: executorId,
    plane: "node" as const,
    pool,
    version,
    slots,
    shards: shards.length,
    labels: {},
  };
  const rows = () =>
    capabilities.rows().map((row) => {
      const never = resources.whyNever(row.type);
      return never === undefined ? row : { ...row, cannot_now: never };
    });
  return createAnnouncer({
    ...deps,
    announcement: () => ({ ...fixed, resources: resources.totals, node_types: rows() }),
    everyMs: deps.announceMs,
    backoff: createBackoff(deps.random),
  });
}
