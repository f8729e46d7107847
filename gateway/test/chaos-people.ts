/** People behind a bad network: they cancel runs, answer what runs ask and fork them, and ask until they are heard. */
import { setTimeout as delay } from "node:timers/promises";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { FlatGraph, MailResume, RunResume } from "@myspinbot/contracts/types.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../src/errors/app-error.ts";
import { newId } from "../src/ids.ts";
import { runStep } from "../src/redis/scripts.ts";
import { reusableNodes } from "../src/run-engine/reusable.ts";
import { toGraphPlan } from "../src/run-engine/graph-plan.ts";
import { assertRan, readSource, takenOver } from "../src/runs/fork-source.ts";
import { resumeRun } from "../src/runs/resume-run.ts";
import { submitRun } from "../src/runs/submit.ts";
import type { RunWebhookFields } from "../src/webhooks/run-webhook.ts";
import { createChaos } from "./chaos.ts";
import type { Harness } from "./driver-harness.ts";

const LOST = { lostCalls: 0.2, lostReplies: 0.2 };
const OWNER = OWNERS.default;
const DAY_MS = 86_400_000;

export interface Person {
  h: Harness;
  random: () => number;
}

async function untilHeard<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      if (message !== "Connection is closed." && code !== "redis-unavailable") throw error;
      await delay(5);
    }
  }
}

export async function cancel({ h, random }: Person, run: string): Promise<void> {
  const { redis } = createChaos(h.redis, { random, ...LOST });
  const step = steps.cancel(h.keys, { shard: h.shard, run, deliveryIds: newId("dlv", h.shard) });
  await untilHeard(() => runStep(redis, step));
}

/** Another was first, or the run ended before. */
const OVER: ReadonlySet<string> = new Set(["already-answered", "run-finished"]);

/** Waits until a run asks. @param counted told of an answer when the server has taken it, whatever is heard of that */
export async function answer(
  { h, random }: Person,
  run: string,
  { node_id, decision }: Pick<RunResume, "node_id" | "decision">,
  counted: (run: string, approved: boolean) => void,
): Promise<void> {
  const { redis } = createChaos(h.redis, { random, ...LOST }, (args, reply) => {
    if (![SCRIPTS.resume.sha1, SCRIPTS.resume.source].includes(args[1] as never)) return;
    const [, , body] = args.slice(3 + Number(args[2])) as string[];
    if ((reply as string[])[0] === "told") counted(run, (JSON.parse(body!) as MailResume).approved);
  });
  const deps = { redis, keys: h.keys, nodeTypes: h.nodeTypes, own: { owner: OWNER, files: {} as never } };
  for (;;) {
    try {
      return await untilHeard(() => resumeRun(deps, run, { node_id, decision }, decision));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (OVER.has(error.code)) return;
      if (error.code !== "not-waiting") throw error;
      await delay(20);
    }
  }
}

/** @returns the nodes that it has taken over; undefined when the node has not run, so that nothing was made */
export async function fork(
  { h, random }: Person,
  { run, source, from, webhook }: { run: string; source: string; from: string; webhook: RunWebhookFields },
  begins: (taken: string[]) => void,
): Promise<string[] | undefined> {
  const { redis } = createChaos(h.redis, { random, ...LOST });
  const read = await untilHeard(() => readSource({ redis, keys: h.keys }, source, OWNER));
  const digest = read.record.digest ?? "";
  const plan = toGraphPlan(read.graph, digest);
  try {
    assertRan(read, plan, from);
  } catch {
    return undefined;
  }
  const reused = reusableNodes(plan, read.channels, { from, params: new Set(), before: {}, after: {} });
  const forked = takenOver(read, from, reused);
  const taken = Object.keys(forked.nodes).filter((field) => !field.includes(":"));
  begins(taken);
  const entry = {
    ...{ run, shard: h.shard, limitShard: h.shard, owner: OWNER, webhook, idempotency: undefined },
    ...{
      request: {},
      texts: { asSent: "{}", resolved: "{}" },
      files: [],
      startDeadlineMs: DAY_MS,
      runDeadlineMs: DAY_MS,
      forked,
    },
    accepted: accepted(read.graph, digest),
  };
  await untilHeard(() => submitRun(redis, h.keys, entry));
  return taken;
}

function accepted(graph: FlatGraph, digest: string) {
  return { graph, digest, canonical: JSON.stringify(graph), input: { fields: new Map() }, within: new Map() };
}
