/**
 * What a failover of a cluster loses: submits that were answered and are unknown afterwards, and what became of all of
 * them by their idempotency keys. No peer, no target.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@myspinbot/client/client.ts";
import { ApiError } from "@myspinbot/client/errors.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startServers, type Loss, type Servers } from "./failover/servers.ts";
import { printTable, saveResults } from "./lib/report.ts";

const TIMES = 3;
const CLIENTS = 6;
const LOSSES: readonly Loss[] = [
  { name: "kill -9", signal: "SIGKILL", behindMs: 0 },
  { name: "hangs (SIGSTOP)", signal: "SIGSTOP", behindMs: 0 },
  { name: "kill -9, its replica 0.5 s behind", signal: "SIGKILL", behindMs: 500 },
];
/** Each on a server of its own. */
const SHARDS = ["s3", "s2", "s0"];
/** A run that asks a person: it is there, and does nothing more. */
const GRAPH: Graph = {
  name: "asks",
  nodes: [{ id: "ok", type: "approval", plane: "node", params: { message: "?" } }],
  output: {},
};

interface Submit {
  readonly key: string;
  readonly tookMs: number;
  /** Absent where it was refused. */
  readonly run?: string;
}

const counts = {
  answered: 0,
  lost: 0,
  refused: 0,
  madeByKey: 0,
  sameByKey: 0,
  madeAgainByKey: 0,
  longestMs: 0,
};
type Counts = typeof counts;

async function lostIn(servers: Servers, base: string, loss: Loss, shard: string): Promise<Counts> {
  const patience = { patienceMs: 0, firstMs: 1, mostMs: 1 };
  const once = createClient({ base, runtime: systemRuntime, patience });
  const patient = createClient({ base, runtime: systemRuntime });
  const submits: Submit[] = [];
  let isOver = false;
  const submitting = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      const [key, began] = [crypto.randomUUID(), performance.now()];
      const run = await once.runs.submit({ graph: GRAPH }, { idempotencyKey: key }).then(
        ({ run_id }) => ({ run: run_id }),
        () => ({}),
      );
      submits.push({ key, tookMs: performance.now() - began, ...run });
    }
  });
  const server = await servers.ownerOf(shard);
  await sleep(2000);
  await servers.lose(server, shard, loss);
  await sleep(2000);
  isOver = true;
  await Promise.all(submitting);

  const found: Counts = { ...counts };
  for (const { key, run, tookMs } of submits) {
    found.longestMs = Math.max(found.longestMs, tookMs);
    const isLost = run !== undefined && (await isUnknown(patient.runs.get(run)));
    const again = await patient.runs.submit({ graph: GRAPH }, { idempotencyKey: key });
    if (run === undefined) found.refused += 1;
    else found.answered += 1;
    if (isLost) found.lost += 1;
    if (again.run_id === run) found.sameByKey += 1;
    else if (isLost) found.madeAgainByKey += 1;
    else if (run === undefined) found.madeByKey += 1;
  }
  await servers.bringBack(server, shard, loss);
  return found;
}

async function isUnknown(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.code === "run-not-found") return true;
    throw error;
  }
}

const dir = await mkdtemp(join(tmpdir(), "bench-failover-"));
const servers = await startServers(join(dir, "redis"));
const s3 = await startSeaweed({ dir: join(dir, "s3") });
const env = { GATEWAY_SHARDS: "4" };
const gateway = await startGateway({
  dir: join(dir, "gateway"),
  redisUrl: servers.urlOf("gateway"),
  s3,
  env,
});
const rows: (Counts & { name: string })[] = [];
try {
  for (const loss of LOSSES) {
    const row = { name: loss.name, ...counts };
    for (const shard of SHARDS.slice(0, TIMES)) {
      const found = await lostIn(servers, gateway.url, loss, shard);
      for (const key of Object.keys(counts) as (keyof Counts)[])
        row[key] = key === "longestMs" ? Math.max(row[key], found[key]) : row[key] + found[key];
    }
    rows.push(row);
  }
} finally {
  await gateway.stop();
  await Promise.all([servers.stop(), s3.stop()]);
  await rm(dir, { recursive: true, force: true });
}
printTable(
  `Submits around ${TIMES} failovers each, under a load of ${loadavg()[0]!.toFixed(0)}`,
  [
    "",
    "answered",
    "unknown afterwards",
    "refused",
    "longest answer, ms",
    "by key: the same",
    "made again",
    "made first",
  ],
  rows.map((row) => [
    row.name,
    ...[
      row.answered,
      row.lost,
      row.refused,
      row.longestMs,
      row.sameByKey,
      row.madeAgainByKey,
      row.madeByKey,
    ].map((each) => each.toFixed(0)),
  ]),
);
saveResults("failover", { rows });
