/**
 * Drives made-up runs before real ones come, so that those find code that has run: the first drive of a process took
 * four times the CPU of a later one. Nothing of it is seen: no Redis, no log, no figure, and its memory goes with it.
 */
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { Drive } from "@myspinbot/contracts/steps.ts";
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { flatten } from "../graphs/flatten.ts";
import { firstRow } from "../graphs/node-place.ts";
import { newId } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { createDriver, type DriverDeps } from "./driver.ts";

/** With fewer the next drive costs more, with more it does not cost less. */
const DRIVES = 6;
const ELEMENTS = 10;
/** Between them others have their turn, and V8 compiles what it has seen. */
const REST_MS = 20;
const SHARD = "s0";
const DAY_MS = 86_400_000;
const PLANES = ["node", "python"] as const;

const TYPE: NodeTypeDefinition = {
  ...{ type: "warm_up", plane: "node", description: "Is never run.", timeout_s: 10 },
  ...{ engines: ["none"], resources: { cpu: 0, gpu: 0, vram_gb: 0 }, schema_digest: "0".repeat(64) },
  inputs: { text: { type: "Text", required: false } },
  outputs: { text: { type: "Text", required: false } },
};
const accept = (): boolean => true;
const VALIDATORS = { params: accept, inputs: accept, outputs: accept };

/** A line of nodes on both planes for each element of a list: what costs a driver most. */
const GRAPH: Graph = {
  name: "warm-up",
  input: { words: "Text[]" },
  groups: { word: { each: "$input.words", max: ELEMENTS } },
  nodes: Array.from({ length: 8 }, (_, i): GraphNode => {
    const inputs = { text: i === 0 ? "$word.item" : `$n${i - 1}.text` };
    return { id: `n${i}`, type: TYPE.type, plane: PLANES[i % 2]!, group: "word", inputs };
  }),
  output: { all: "$n7.text" },
};

const LETTER = { source: "mail", entry: "1-1", body: { kind: "submitted" } };

const flat = (fields: Record<string, string>): string[] => Object.entries(fields).flat();

/** What Redis would answer to the first drive of a run. */
function answerOf(now: number): Drive {
  const record = { graph: GRAPH.name, digest: "warm-up", status: "queued", touched: String(now) };
  const deadlines = { start_deadline_at: String(now + DAY_MS), run_deadline_at: String(now + DAY_MS) };
  const rows = flatten(GRAPH).nodes.map((node) => [node.id, JSON.stringify(firstRow(node))]);
  const input = JSON.stringify({ words: Array.from({ length: ELEMENTS }, (_, i) => `word ${i}`) });
  return [
    "drive",
    flat({ ...record, ...deadlines }),
    flat(Object.fromEntries(rows) as Record<string, string>),
    [],
    [JSON.stringify(LETTER)],
    ["none", input, "{}"],
    JSON.stringify(flatten(GRAPH)),
  ];
}

/** Answers how many drives came to their commit: all. */
export async function warmUp({
  clock,
  random,
  logger,
}: Pick<DriverDeps, "clock" | "random" | "logger">): Promise<number> {
  let commits = 0;
  const answers: Record<string, unknown> = {
    [SCRIPTS.collect.sha1]: answerOf(clock.now()),
    [SCRIPTS.commit.sha1]: ["free"],
  };
  const evalsha = (sha1: string) => {
    if (sha1 === SCRIPTS.commit.sha1) commits += 1;
    return Promise.resolve(answers[sha1]);
  };
  const redis = { evalsha } as unknown as Redis;
  const driver = createDriver({
    ...{ redis, random, clock, metrics: noMetrics, keys: createKeys("warm-up") },
    nodeTypes: { get: () => ({ ...TYPE, validators: VALIDATORS }), list: () => [] },
    logger: { ...logger, debug() {}, info() {} },
    ...{ lockMs: 10_000, retentionMs: DAY_MS, retryBackoffMs: 1000 },
    executors: () => Promise.resolve([]),
  });
  for (let drive = 0; drive < DRIVES; drive += 1) {
    const fields = { run: newId("run", SHARD), body: JSON.stringify(LETTER.body) };
    await driver.take({ shard: SHARD, source: "mail", id: "1-1", fields });
    await clock.sleep(REST_MS);
  }
  return commits;
}
