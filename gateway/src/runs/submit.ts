/** Creates a run in one Redis round trip. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import type { RunCreate, RunRow } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { CallerKey } from "../access/caller.ts";
import { tooMany, type Quota } from "../access/limits.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import type { RunWebhookFields } from "../webhooks/run-webhook.ts";
import { runNotFound } from "./ids.ts";
import { conflict, type Idempotency } from "./idempotency.ts";
import { knownOf } from "./known-graph.ts";
import type { InputTexts } from "./prepare-input.ts";
import type { RunRecord } from "./run-record.ts";

/** What a fork begins with, by the names under which it is kept. */
export interface ForkedFrom {
  source: string;
  /** From which on all is done again. */
  node: string;
  /** Rows of the nodes that are not, with the answers of approvals among them. */
  nodes: Record<string, string>;
  /** What these approvals have shown. */
  shown: Record<string, string>;
  /** Their channels. */
  taken: Record<string, unknown>;
  artifacts: Record<string, string>;
  /** Runs that have made these. */
  makers: string[];
}

export interface NewRun {
  run: string;
  shard: string;
  /** Who asked for it. */
  owner: string;
  /** Their API key, whose limits count where all keys lie. */
  key?: CallerKey | undefined;
  limitShard: string;
  accepted: RunnableGraph;
  request: Pick<RunCreate, "metadata" | "tags" | "priority">;
  /** Its input. */
  texts: InputTexts;
  startDeadlineMs: number;
  /** Ids of the uploads that it uses. */
  files: string[];
  runDeadlineMs: number;
  idempotency: Idempotency | undefined;
  /** What the record says of its own webhook. */
  webhook: RunWebhookFields | undefined;
  forked?: ForkedFrom;
  /** Called when it was sent: what is asked then, over the same connection, sees the run. */
  sent?: (() => void) | undefined;
}

/** What a record begins with, beside times and state. */
type NewRecord = Record<string, string> & Pick<RunRow, "owner" | "graph" | "digest" | "priority">;

export type Submitted =
  { kind: "created"; source: RunRecord; quota?: Quota } | { kind: "repeat"; run: string };

/** @throws AppError `idempotency-conflict`, `too-many-requests`, `redis-unavailable`. */
export async function submitRun(redis: Redis, keys: Keys, entry: NewRun): Promise<Submitted> {
  const { run, shard, owner, accepted, idempotency, forked } = entry;
  const record = recordOf(entry);
  const data = dataFields(entry);
  const { rows } = knownOf(accepted);
  const nodes = forked ? { ...rows, ...forked.nodes } : rows;
  const artifacts = forked?.artifacts ?? {};
  const from = forked ? { forked_from: forked.source } : {};
  const event = JSON.stringify({ graph: accepted.graph.name, graph_digest: accepted.digest, ...from });
  const step = steps.submit(keys, {
    shard,
    run,
    owner,
    digest: accepted.digest,
    graph: accepted.canonical,
    hash: idempotency?.hash ?? "none",
    request: idempotency?.digest ?? "",
    idempotencyMs: DEFAULTS.idempotency_ms,
    startDeadlineMs: entry.startDeadlineMs,
    runDeadlineMs: entry.runDeadlineMs,
    event,
    // The run has no other deliveries yet.
    deliveryIds: run.replace("run", "dlv"),
    ...limitsOf(keys, entry),
    record,
    data,
    nodes,
    artifacts,
    source: forked?.source ?? "none",
  });
  const [answer] = await fromRedis(runStep(redis, step, entry.sent));
  const [word, detail = ""] = answer;
  if (word === "failed") throw new Error(`Redis has refused to make ${run}: ${detail}`);
  if (word === "sourceless") throw runNotFound(forked!.source);
  if (word === "conflict") throw conflict(detail);
  if (word === "repeat") return { kind: "repeat", run: detail };
  const quota = quotaOf(entry, answer);
  if (word === "limited") throw tooMany(quota!);
  const now = Number(detail);
  const times = {
    created_at: detail,
    start_deadline_at: String(now + entry.startDeadlineMs),
    run_deadline_at: String(now + entry.runDeadlineMs),
  };
  return {
    kind: "created",
    ...(quota ? { quota } : {}),
    source: {
      run,
      record: { ...record, ...times, status: "queued", seq: "1", touched: detail, drives: "0" },
      nodes,
      data,
      artifacts,
      forks: [],
    },
  };
}

function recordOf({ owner, accepted, request, idempotency, files, webhook, forked }: NewRun): NewRecord {
  const record: NewRecord = { owner, graph: accepted.graph.name, digest: accepted.digest };
  if (request.priority && request.priority !== "normal") record.priority = request.priority;
  if (idempotency) record.idempotency = idempotency.hash;
  if (files.length > 0) record.files = files.join(" ");
  return webhook || forked ? { ...record, ...webhook, ...originOf(forked) } : record;
}

function originOf(forked: ForkedFrom | undefined): Record<string, string> {
  if (!forked) return {};
  const { source, node, makers } = forked;
  return {
    forked_from: source,
    fork_node: node,
    ...(makers.length > 0 ? { makers: makers.join(" ") } : {}),
  };
}

/** 0 where there is no limit. */
function mostOf(key: CallerKey | undefined): { perMinute: number; mostLive: number; mostBytes: number } {
  const { runs_per_minute, live_runs, upload_bytes_per_day } = key?.limits ?? {};
  return { perMinute: runs_per_minute ?? 0, mostLive: live_runs ?? 0, mostBytes: upload_bytes_per_day ?? 0 };
}

/** Whether its runs are counted. */
export function isLimited(key: CallerKey | undefined): boolean {
  const { perMinute, mostLive, mostBytes } = mostOf(key);
  return perMinute + mostLive + mostBytes > 0;
}

/** Names of nothing where there is nothing to count. */
function limitsOf(keys: Keys, { key, limitShard, shard }: NewRun) {
  const { perMinute, mostLive, mostBytes } = mostOf(key);
  const [where, id] = key && isLimited(key) ? [limitShard, key.id] : [shard, "none"];
  return {
    startsKey: keys.keyStarts(where, id),
    liveKey: keys.limit(where, id),
    bytesKey: keys.keyBytes(where, id),
    ...{ perMinute, mostLive, mostBytes },
  };
}

function quotaOf(
  { key }: NewRun,
  [word, what, ...more]: AnswerOf<typeof steps.submit>[0],
): Quota | undefined {
  const { perMinute, mostLive, mostBytes } = mostOf(key);
  if (word === "limited" && what === "live") return { limit: "live_runs", most: mostLive, left: 0 };
  if (word === "limited" && what === "bytes")
    return { limit: "upload_bytes_per_day", most: mostBytes, left: 0, resetMs: Number(more[0]) };
  const rate = { limit: "runs_per_minute", most: perMinute } as const;
  if (word === "limited") return { ...rate, left: 0, resetMs: Number(more[0]) };
  return perMinute === 0 ? undefined : { ...rate, left: Number(more[0]), resetMs: Number(more[1]) };
}

function dataFields({ accepted, request, texts, forked }: NewRun): Record<string, string> {
  const { asSent, resolved } = texts;
  return {
    input: resolved,
    ...(asSent === resolved ? {} : { request_input: asSent }),
    ...(forked ? { ...forked.shown, taken: JSON.stringify(forked.taken) } : {}),
    metadata: JSON.stringify(request.metadata ?? {}),
    tags: JSON.stringify(request.tags ?? []),
    weights: knownOf(accepted).weights,
  };
}
