/** Drives runs: collect the mail, think, commit. Two Redis round trips per drive, whatever the graph. */
import type { Keys } from '@myspinbot/contracts/keys.ts';
import { DriveSaver, type DriveCarry } from '../checkpoints/drive-saver.ts';
import { checkpointName, decodeValue, fromStoredBody, toStored } from '../checkpoints/layout.ts';
import { createHubCache } from '../engine/hub.ts';
import type { NodeTypes } from '../graphs/node-types.ts';
import { newId, newPlainId } from '../ids.ts';
import type { Redis } from '../redis/client.ts';
import { runScript } from '../redis/scripts.ts';
import { checkEntry } from './check-entry.ts';
import { collect, sourceStream, type Entry } from './collect.ts';
import { commit } from './commit.ts';
import type { Draft } from './draft.ts';
import { createMemory } from './memory.ts';
import { withPatience } from './patience.ts';
import { toSituation, type Situation } from './situation.ts';
import { think, type ThinkContext } from './think.ts';

export interface DriverLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface DriverDeps {
  redis: Redis;
  keys: Keys;
  nodeTypes: NodeTypes;
  log: DriverLog;
  random: () => number;
  lockMs: number;
  retentionMs: number;
  retryBackoffMs: number;
  /** Called after each drive with its length in seconds, and when a run ends. */
  onDrive?: (seconds: number) => void;
  onRunEnded?: (status: string) => void;
  onNodeEnded?: (type: string, outcome: string, seconds: number) => void;
  onDeadLetter?: (source: string) => void;
}

export interface Driver {
  /** Takes one entry that a group read has given: buries, collects, drives as long as mail comes. Never throws for a bad run. */
  take(entry: Entry): Promise<void>;
}

const DEAD_LETTERS = 10_000;

export function createDriver(deps: DriverDeps): Driver {
  const { redis, keys, log } = deps;
  const saver = new DriveSaver();
  const hubFor = createHubCache(saver, 100);
  const memory = createMemory();

  async function bury(entry: Entry, reason: string): Promise<void> {
    log.warn('entry buried', { source: entry.source, entry: entry.id, reason });
    deps.onDeadLetter?.(entry.source);
    const streams = [sourceStream(keys, entry.shard, entry.source), keys.dead(entry.shard)];
    await runScript(redis, 'bury', streams, ['drivers', entry.id, entry.source, reason, DEAD_LETTERS]);
  }

  /** The run's latest checkpoint, from the answer or from memory, and its input before the first. */
  async function restore(situation: Situation): Promise<{ carry: DriveCarry; input: Record<string, unknown> }> {
    const { run, checkpoint } = situation;
    const carry: DriveCarry = { gets: 0, puts: 0 };
    if (checkpoint.kind === 'none') return { carry, input: checkpoint.input };
    if (checkpoint.kind === 'same') {
      const latest = memory.runs.get(run)?.latest;
      return { carry: latest ? { ...carry, latest } : carry, input: {} };
    }
    const { body, present, loose } = await fromStoredBody(saver.serde, checkpoint.hash.body!);
    const values: Record<string, unknown> = { ...loose };
    for (let i = 0; i < checkpoint.blobs.length; i += 1) {
      const channel = checkpoint.heads[i * 2]!.slice(1);
      if (present.includes(channel)) values[channel] = await decodeValue(saver.serde, checkpoint.blobs[i]!);
    }
    const metadata = (await decodeValue(saver.serde, checkpoint.hash.metadata!)) as never;
    return { carry: { ...carry, latest: { checkpoint: { ...body, channel_values: values }, metadata } }, input: {} };
  }

  async function stored(carry: DriveCarry) {
    if (!carry.put) return null;
    const { checkpoint, metadata } = carry.put;
    const before = carry.latest?.checkpoint.channel_versions ?? {};
    const fresh = (channel: string) => before[channel] !== checkpoint.channel_versions[channel];
    const parts = await toStored(saver.serde, { namespace: '', checkpoint, metadata, fresh });
    return { ...parts, name: checkpointName('', checkpoint.id) };
  }

  function remember(situation: Situation, name: string, carry: DriveCarry): void {
    const latest = carry.put ?? carry.latest;
    if (latest && name) memory.runs.set(situation.run, { digest: situation.record.digest!, name, latest });
  }

  function announce(situation: Situation, draft: Draft): void {
    for (const { type, node } of draft.events) {
      if (type !== 'node.succeeded' && type !== 'node.failed' && type !== 'node.retrying') continue;
      const row = draft.rows.get(node)!;
      deps.onNodeEnded?.(row.type, type.slice('node.'.length), row.timing?.execute_s ?? 0);
    }
    if (!draft.terminal) return;
    memory.runs.delete(situation.run);
    deps.onRunEnded?.(draft.status);
    log.info('run ended', { run_id: situation.run, status: draft.status });
  }

  /** One thought and its commit. Answers the situation of the next drive when new mail came, else null. */
  async function driveOnce(
    shard: string,
    situation: Situation,
    token: string,
    learned: ThinkContext['learned'],
  ): Promise<Situation | null> {
    const model = memory.model(situation.record.digest!, situation.graph);
    const { carry, input } = await restore(situation);
    const context: ThinkContext = {
      shard,
      model,
      hub: hubFor(model),
      nodeTypes: deps.nodeTypes,
      newTaskId: () => newId('task', shard),
      random: deps.random,
      retryBackoffMs: deps.retryBackoffMs,
      learned,
    };
    const draft = await think(context, situation, carry, input);
    const checkpoint = await stored(carry);
    const request = {
      shard,
      run: situation.run,
      token,
      commitId: newPlainId('commit'),
      parent: situation.record.checkpoint ?? '',
      situation,
      draft,
      checkpoint,
      lockMs: deps.lockMs,
      retentionMs: deps.retentionMs,
    };
    const answer = (await withPatience(deps.lockMs, () => commit(redis, keys, request))) as [string, ...unknown[]];
    if (answer[0] === 'refused') {
      const [, why, detail] = answer as [string, string, string];
      log.debug('commit refused', { run_id: situation.run, why, detail });
      if (why === 'begun') return driveOnce(shard, situation, token, { ...learned, begun: true });
      if (why === 'pool') return driveOnce(shard, situation, token, { ...learned, brokenPool: detail });
      return null;
    }
    remember(situation, checkpoint?.name ?? request.parent, carry);
    announce(situation, draft);
    if (situation.giveUp) log.error('run given up', { run_id: situation.run, letters: situation.letters.length });
    return answer[0] === 'drive' ? toSituation(situation.run, answer) : null;
  }

  async function drive(entry: Entry): Promise<void> {
    const run = entry.fields.run!;
    const token = newPlainId('drive');
    const known = memory.runs.get(run);
    const request = {
      entry,
      token,
      lockMs: deps.lockMs,
      knownCheckpoint: known?.name ?? '',
      knownDigest: known?.digest ?? '',
    };
    const answer = await withPatience(deps.lockMs, () => collect(redis, keys, request));
    if (answer[0] !== 'drive' && answer[0] !== 'give_up') return;
    let situation: Situation | null = toSituation(run, answer);
    while (situation) {
      const began = performance.now();
      situation = await driveOnce(entry.shard, situation, token, { begun: false, brokenPool: null });
      deps.onDrive?.((performance.now() - began) / 1000);
    }
  }

  return {
    async take(entry) {
      try {
        const unreadable = checkEntry(entry);
        if (unreadable) await bury(entry, unreadable);
        else await drive(entry);
      } catch (error) {
        // The lock's timer wakes the run again; an entry that was not collected is adopted.
        log.error('drive failed', { run_id: entry.fields.run, error: String(error), stack: (error as Error).stack });
        memory.runs.delete(entry.fields.run ?? '');
      }
    },
  };
}

