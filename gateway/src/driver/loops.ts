/** Keeps a driver going on a server: one blocking reader per shard, and the sweeps beside it. Never on Workers. */
import { setTimeout as delay } from 'node:timers/promises';
import { GROUPS } from '@myspinbot/contracts/wire.ts';
import type { Redis } from '../redis/client.ts';
import { toRecord } from '../redis/flat.ts';
import { runScript } from '../redis/scripts.ts';
import type { Logger } from '../telemetry/logger.ts';
import { sourceStream, type Entry } from './collect.ts';
import type { Driver } from './driver.ts';
import { adopt, claimTimers, ensureGroups, reap, reconcile, type SweepDeps } from './sweeps.ts';

export interface DriverLoopsOptions {
  driver: Driver;
  /** One per shard. */
  sweeps: SweepDeps[];
  /** Makes the connection of one shard's blocking reader. */
  createReader: () => Redis;
  blockMs: number;
  reapMs: number;
  log: Logger;
}

export interface DriverLoops {
  start(): void;
  /** Ends after the drives under way. */
  stop(): Promise<void>;
}

type StreamRows = [stream: string, rows: [id: string, flat: string[] | null][]][];
const BATCH = 64;

/** Entries of one run are taken in order; different runs side by side. */
async function takeAll(driver: Driver, entries: Entry[]): Promise<void> {
  const byRun = new Map<string, Entry[]>();
  for (const entry of entries) {
    const run = entry.fields.run ?? '';
    byRun.set(run, [...(byRun.get(run) ?? []), entry]);
  }
  await Promise.all(
    [...byRun.values()].map(async (list) => {
      for (const entry of list) await driver.take(entry);
    }),
  );
}

export function createDriverLoops(options: DriverLoopsOptions): DriverLoops {
  const { driver, log, blockMs } = options;
  const stopping = new AbortController();
  const readers = new Set<Redis>();
  const running: Promise<void>[] = [];

  function pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: stopping.signal }).catch(() => {});
  }

  async function read(reader: Redis, sweep: SweepDeps, from: '>' | '0'): Promise<Entry[]> {
    const sources = ['mail', ...sweep.pools];
    const streams = sources.map((source) => sourceStream(sweep.keys, sweep.shard, source));
    const block: ['BLOCK', number] | [] = from === '>' ? ['BLOCK', blockMs] : [];
    const answer = (await reader.call(
      'XREADGROUP', 'GROUP', GROUPS.drivers, sweep.consumer, 'COUNT', BATCH, ...block, 'STREAMS', ...streams, ...streams.map(() => from),
    )) as StreamRows | null;
    return (answer ?? []).flatMap(([stream, rows]) => {
      const source = sources[streams.indexOf(stream)]!;
      return rows.map(([id, flat]) => ({ shard: sweep.shard, source, id, fields: toRecord(flat ?? []) }));
    });
  }

  /** Own pending entries first: they were given to a connection that died before they were collected. */
  async function readWhileConnected(reader: Redis, sweep: SweepDeps): Promise<void> {
    await reader.connect();
    await ensureGroups(sweep);
    for (let pending = await read(reader, sweep, '0'); pending.length > 0; pending = await read(reader, sweep, '0')) {
      await takeAll(driver, pending);
      // What could not be taken now is adopted later; asking again at once would turn in a circle.
      if (pending.length < BATCH) break;
    }
    while (!stopping.signal.aborted) await takeAll(driver, await read(reader, sweep, '>'));
  }

  async function readLoop(sweep: SweepDeps): Promise<void> {
    while (!stopping.signal.aborted) {
      const reader = options.createReader();
      readers.add(reader);
      try {
        await readWhileConnected(reader, sweep);
      } catch (error) {
        if (!stopping.signal.aborted) log.warn('mail reader interrupted', { shard: sweep.shard, error: String(error) });
      } finally {
        readers.delete(reader);
        reader.disconnect();
      }
      await pause(100 + Math.random() * 400);
    }
  }

  async function every(ms: number, name: string, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn('sweep failed', { sweep: name, error: String(error) });
      }
      await pause(ms * (0.8 + Math.random() * 0.4));
    }
  }

  return {
    start() {
      for (const sweep of options.sweeps) {
        running.push(readLoop(sweep));
        running.push(every(options.reapMs, 'reap', () => reap(sweep)));
        running.push(every(Math.min(options.reapMs, 250), 'timers', () => claimTimers(sweep)));
        running.push(every(sweep.driverLeaseMs / 2, 'adopt', async () => takeAll(driver, await adopt(sweep))));
        running.push(every(sweep.reconcileMs, 'reconcile', () => reconcile(sweep)));
      }
    },
    async stop() {
      stopping.abort();
      for (const reader of readers) reader.disconnect();
      await Promise.allSettled(running);
      for (const { redis, keys, shard, pools, consumer } of options.sweeps) {
        for (const source of ['mail', ...pools]) {
          const stream = sourceStream(keys, shard, source);
          await runScript(redis, 'leave', [stream], [GROUPS.drivers, consumer, 0]).catch(() => {});
        }
      }
    },
  };
}
