/** A gpu-node that comes to its Redis through the stand-in edge, and what is asked of it. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import type { StandIn } from "@myspinbot/stand-in/stand-in.ts";
import type { BenchServer } from "../lib/redis-server.ts";
import { openPinger, pingMs, type WireProxy } from "../lib/wire-proxy.ts";
import { hasExecutor, issueTasks, openPool } from "../noop/task-issuer.ts";
import { gpuNodeEnv, startPython, type PythonProcess } from "../python/processes.ts";

const KEYS = createKeys("bench");
const HEARD_MS = 30_000;

/** The edge in the place of a proxy. */
export function asProxy(edge: StandIn): Pick<WireProxy, "url" | "setDelay" | "measureRtt" | "openPinger"> {
  return {
    url: `redis+wss://${edge.host}:${edge.ports.carried}`,
    setDelay: (ms) => void (edge.manners.delayMs = ms),
    measureRtt: () => pingMs(edge.ports.plain!),
    openPinger: () => openPinger(edge.ports.plain!),
  };
}

/** Handlers that hold the GPU for a while, and say when they begin and when they end. */
export const BUSY_EXTENSION = join(ROOT, "bench", "python", "busy_extension.py");

export interface Far {
  readonly server: BenchServer;
  readonly dir: string;
  readonly edge: StandIn;
}

interface Box extends Far {
  readonly pool: string;
  readonly slots: number;
}

function startBox({ server, dir, edge, pool, slots }: Box): Promise<PythonProcess> {
  return startPython({
    ...{ name: pool, dir, args: ["-m", "gpu_node"] },
    env: {
      ...gpuNodeEnv(dir, asProxy(edge).url, pool),
      GPU_NODE_EXTENSIONS: BUSY_EXTENSION,
      GPU_NODE_GPU: "1",
      GPU_NODE_SLOTS: String(slots),
    },
    isReady: () => hasExecutor(server.redis, KEYS, pool),
  });
}

/** Share of the time from the first begin to the last end in which the one GPU was held. */
export async function busyShare(box: Box, tasks: number): Promise<number> {
  const python = await startBox(box);
  const again = new AbortController();
  let stopped: Promise<void> | undefined;
  try {
    await openPool(box.server.redis, KEYS, box.pool);
    // Once in its life a box learns how far away Redis is: what it loses meanwhile is no share of a GPU that is kept busy.
    while (!(await isAnyoneWaiting(box.server))) await sleep(20);
    await issueTasks(box.server.redis, KEYS, box.pool, tasks);
    stopped = issueReleased(box, again.signal);
    let [first, last, busy, began] = [Infinity, 0, 0, 0];
    for (let heard = 0; heard < 2 * tasks; heard += 1) {
      const { text, ns } = await python.ledger.next<{ text: string; ns: number }>(HEARD_MS);
      first = Math.min(first, ns);
      last = Math.max(last, ns);
      if (text === "begin") began = ns;
      else busy += ns - began;
    }
    return busy / (last - first);
  } finally {
    again.abort();
    await stopped;
    await python.service.kill();
  }
}

/** Whether a read waits for tasks: nobody else waits in this server. */
async function isAnyoneWaiting({ redis }: BenchServer): Promise<boolean> {
  return !/^blocked_clients:0\b/m.test(await redis.info("clients"));
}

/** What a driver does with a task that a box gives back before it has begun: gives it out anew. */
async function issueReleased({ server, pool }: Box, signal: AbortSignal): Promise<void> {
  let seen = "-";
  while (!signal.aborted) {
    const reports = await server.redis.xrange(KEYS.poolReports("s0", pool), seen, "+");
    const released = reports.filter(([, fields]) => fields.at(-1)?.includes('"outcome":"released"'));
    if (released.length > 0) await issueTasks(server.redis, KEYS, pool, released.length);
    const last = reports.at(-1);
    if (last !== undefined) seen = `(${last[0]}`;
    await sleep(10, undefined, { signal }).catch(() => undefined);
  }
}

/** Bytes per hour on the wire, TLS included, of a box that has nothing to do. */
export async function idleTraffic(box: Box, seconds: number): Promise<number> {
  const python = await startBox(box);
  try {
    await openPool(box.server.redis, KEYS, box.pool);
    // What is said once, after the start, is no traffic of an hour.
    await sleep(12_000);
    const before = box.edge.wireBytes;
    await sleep(seconds * 1000);
    return ((box.edge.wireBytes - before) * 3600) / seconds;
  } finally {
    await python.service.kill();
  }
}
