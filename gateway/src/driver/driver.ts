/**
 * Drives runs: collect the mail, think, commit. Two Redis round trips per drive, whatever the graph, and one or two more
 * when a node is overdue.
 */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import { openCarry, storedOf } from "../checkpoints/drive-checkpoint.ts";
import { DriveSaver, type DriveCarry } from "../checkpoints/drive-saver.ts";
import { createHubCache, type Hub } from "../run-engine/hub.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import type { Channels } from "../run-engine/state.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { newId, newPlainId } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import type { Clock } from "../clock.ts";
import { countDraft, type Committed, type DraftMetrics } from "./count-draft.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { traceparentOf } from "../telemetry/trace-ids.ts";
import type { Traces } from "../telemetry/traces.ts";
import { checkEntry } from "./check-entry.ts";
import { collect, sourceStream, type Entry } from "./collect.ts";
import { commit } from "./commit.ts";
import { unheardOf } from "./unheard.ts";
import { usualSeconds } from "./durations.ts";
import { createMemory, type Memory } from "./memory.ts";
import { withPatience } from "../redis/patience.ts";
import { spansOf } from "./run-spans.ts";
import { toSituation, type Situation } from "./situation.ts";
import { learn, NOTHING_LEARNED, type Lesson } from "./lesson.ts";
import { think } from "./think.ts";

export interface DriverDeps {
  redis: Redis;
  keys: Keys;
  nodeTypes: NodeTypes;
  logger: Logger;
  metrics: Pick<Metrics, "drive" | "deadLetter"> & DraftMetrics;
  /** Told what commits have made true; without it tasks carry no trace. */
  traces?: Traces | undefined;
  clock: Clock;
  random: () => number;
  lockMs: number;
  retentionMs: number;
  retryBackoffMs: number;
  /** What executors announce. */
  executors: () => Promise<readonly Executor[]>;
  /** What drivers of a process share that come one after the other; without it this one has its own. */
  mind?: Mind;
  /** Called when a commit was sent: behind it there may be tasks, and mail. */
  onCommit?: () => void;
}

/** Compiled graphs and what is remembered of runs: spares reading, and holds no connection. */
export interface Mind {
  memory: Memory;
  hubFor: (model: GraphModel) => Hub;
}

export function createMind(random: () => number): Mind {
  return { memory: createMemory(), hubFor: createHubCache(new DriveSaver(random), 100) };
}

export interface Driver {
  /** Takes one entry of mail or reports: buries, collects, drives as long as mail comes. Never throws for a bad run. */
  take(entry: Entry): Promise<void>;
}

type Context = DriverDeps & Mind;

/** A run locked for one drive. */
interface Locked {
  shard: string;
  token: string;
  situation: Situation;
}

const DEAD_LETTERS = 10_000;
async function bury({ redis, keys, logger, metrics }: Context, entry: Entry, reason: string): Promise<void> {
  logger.warn("entry buried", { source: entry.source, entry: entry.id, reason });
  metrics.deadLetter(entry.source);
  const { shard, source } = entry;
  const sourceOf = sourceStream(keys, shard, source);
  const letter = { shard, sourceStream: sourceOf, group: GROUPS.drivers, entry: entry.id, source };
  await runStep(redis, steps.bury(keys, { ...letter, reason, kept: DEAD_LETTERS }));
}

function remember(context: Context, situation: Situation, name: string, carry: DriveCarry): void {
  const latest = carry.put ?? carry.latest;
  if (!latest || !name) return;
  context.memory.runs.set(situation.run, { digest: situation.record.digest, name, latest });
}

function countAndTell(
  { memory, metrics, traces, logger, clock }: Context,
  { situation, draft, usual }: Omit<Committed, "nowMs">,
): void {
  countDraft(metrics, { situation, draft, usual, nowMs: clock.now() });
  traces?.tell(spansOf(situation, draft));
  const run_id = situation.run;
  if (situation.giveUp) logger.error("run given up", { run_id, letters: situation.letters });
  if (!draft.terminal) return;
  memory.runs.delete(run_id);
  logger.info("run ended", { run_id, status: draft.status });
}

/** Asked for only where it matters; not knowing costs a decline its count, and nothing else. */
async function executorsFor(
  { executors }: Context,
  { letters, rows }: Situation,
): Promise<readonly Executor[]> {
  const isDeclined = letters.some(({ body }) => body.kind === "ending" && body.outcome === "declined");
  const isAway = [...rows.values()].some((row) => row.held && row.away !== undefined);
  return isDeclined || isAway ? executors().catch(() => []) : [];
}

function channelsOf({ latest }: DriveCarry): Channels {
  return latest?.checkpoint.channel_values ?? {};
}

/** One thought and its commit. Answers the situation of the next drive when new mail came, else null. */
async function driveOnce(context: Context, locked: Locked, lesson: Lesson): Promise<Situation | null> {
  const { redis, keys, memory, logger } = context;
  const { situation, shard, token } = locked;
  const run = situation.run;
  const model = memory.model(situation.record.digest, situation.graph);
  const carry = await openCarry(situation.checkpoint, memory.runs.get(run)?.latest);
  const draft = await think(
    {
      shard,
      model,
      hubFor: context.hubFor,
      nodeTypes: context.nodeTypes,
      newTaskId: () => newId("task", shard),
      random: context.random,
      retryBackoffMs: context.retryBackoffMs,
      ...(context.traces === undefined ? {} : { traceparentOf }),
      lesson,
      executors: await executorsFor(context, situation),
      unheard: await unheardOf(context, { situation, shard, model, channels: channelsOf(carry) }),
    },
    situation,
    carry,
  );
  const checkpoint = await storedOf(carry);
  const request = {
    shard,
    run,
    token,
    commitId: newPlainId("commit"),
    parent: situation.record.checkpoint ?? "",
    situation,
    draft,
    checkpoint,
    lockMs: context.lockMs,
    retentionMs: context.retentionMs,
    deliveryIds: newId("dlv", shard),
    sent: context.onCommit,
  };
  // Asked before the commit adds this one, over the same connection: it costs no time.
  const usual = draft.status === "succeeded" ? usualSeconds(context, shard, situation) : undefined;
  const answer = await withPatience(context.clock, context.lockMs, () => commit(redis, keys, request));
  if (answer[0] === "refused") {
    const [, why, detail] = answer;
    logger.debug("commit refused", { run_id: run, why, detail });
    const learned = learn(lesson, why, detail);
    return learned && driveOnce(context, locked, learned);
  }
  remember(context, situation, checkpoint?.name ?? request.parent, carry);
  countAndTell(context, { situation, draft, usual: await usual });
  return answer[0] === "drive" ? toSituation(run, answer) : null;
}

async function drive(context: Context, entry: Entry): Promise<void> {
  const { redis, keys, memory, lockMs } = context;
  const run = entry.fields.run ?? "";
  const token = newPlainId("drive");
  const known = memory.runs.get(run);
  const request = {
    entry,
    token,
    lockMs,
    knownCheckpoint: known?.name ?? "",
    knownDigest: known?.digest ?? "",
    deliveryIds: newId("dlv", entry.shard),
  };
  const answer = await withPatience(context.clock, lockMs, () => collect(redis, keys, request));
  if (answer[0] !== "drive" && answer[0] !== "give_up") return;
  let situation: Situation | null = toSituation(run, answer);
  while (situation) {
    const began = context.clock.elapsed();
    const locked = { shard: entry.shard, token, situation };
    situation = await driveOnce(context, locked, NOTHING_LEARNED);
    context.metrics.drive((context.clock.elapsed() - began) / 1000, "committed");
  }
}

export function createDriver(deps: DriverDeps): Driver {
  const context: Context = { ...deps, ...(deps.mind ?? createMind(deps.random)) };
  return {
    async take(entry) {
      const began = deps.clock.elapsed();
      try {
        const unreadable = checkEntry(entry);
        if (unreadable) await bury(context, entry, unreadable);
        else await drive(context, entry);
      } catch (error) {
        // The lock's timer wakes the run again; an entry that was not collected is adopted.
        deps.logger.error("drive failed", { run_id: entry.fields.run, error });
        deps.metrics.drive((deps.clock.elapsed() - began) / 1000, "failed");
        context.memory.runs.delete(entry.fields.run ?? "");
      }
    },
  };
}
