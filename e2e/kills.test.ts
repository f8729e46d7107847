/**
 * S1-S10 under kill -9: handler child, gpu-node, gateway (on Node.js, and the Worker that serves beside it) and Redis
 * (`appendfsync always`), each at random moments of
 * runs of five graphs on both planes (plain, with lists, with races, with loops and graphs as nodes, with a person who
 * is asked), some of which are canceled, and some forked. The verdict comes from what the handlers wrote outside Redis.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "@myspinbot/client/errors.ts";
import type { WebhookPayload } from "@myspinbot/contracts/types.ts";
import type { Service } from "@myspinbot/services/service.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logOf } from "./client.ts";
import { KINDS, type Kind } from "./kill-graphs.ts";
import { descendantsOf, expectNobodyHeld, linesOf } from "./ledger.ts";
import { startWorld, type World } from "./world.ts";

const KILLS = Number(process.env.E2E_KILLS ?? 16);
const RUNS_AT_ONCE = 4;
let world: World;
/** Who is told the ends of runs, outside of all that is killed: ids of deliveries, by run. */
let receiver: Server;
const told = new Map<string, Set<string>>();

/** A receiver that takes everything. @returns its address */
async function startReceiver(): Promise<string> {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WebhookPayload;
      const { run_id } = data.run;
      told.set(run_id, (told.get(run_id) ?? new Set()).add(String(request.headers["webhook-id"])));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
}

/** One delivery of the run's end, which the receiver knows by this id and no other. */
async function expectTold(run: string, event: string): Promise<void> {
  for (const until = Date.now() + 60_000; ;) {
    const { deliveries } = await world.client.webhooks.deliveriesOfRun(run);
    expect(
      deliveries.map(({ event }) => event),
      `S5 ${run}`,
    ).toEqual([event]);
    const [delivery] = deliveries;
    if (delivery!.status === "delivered") {
      expect([...(told.get(run) ?? [])], `S5 ${run}`).toEqual([delivery!.delivery_id]);
      return;
    }
    if (Date.now() > until) throw new Error(`S5: ${JSON.stringify(delivery)}`);
    await delay(100);
  }
}
let redis: Redis;

/** Kills a process that is in the middle of a handler; answers false if none is. */
function killBusyChild(world: World): boolean {
  const children = new Set(world.gpuNodes.flatMap((node) => descendantsOf(node.service.pid)));
  const lines = world.ledger();
  const ended = new Set(
    lines.filter(({ phase }) => phase === "end").map(({ task, node }) => `${task} ${node}`),
  );
  const busy = lines.filter(
    ({ phase, pid, task, node }) =>
      phase === "begin" && children.has(pid ?? 0) && !ended.has(`${task} ${node}`),
  );
  const victim = busy.at(-1)?.pid;
  if (!victim) return false;
  try {
    return process.kill(victim, "SIGKILL");
  } catch {
    return false;
  }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

/** Each in its turn, and in every second round all at the same moment, so that nobody of the kind is left. @returns how many */
async function restart(servers: readonly { service: Service }[], round: number): Promise<number> {
  const victims = round % 2 === 1 ? servers : [servers[(round / 2) % servers.length]!];
  await Promise.all(victims.map(({ service }) => service.restart()));
  return victims.length;
}

type Kill = (world: World, round: number, submitMore: () => Promise<void>) => Promise<number>;

const VICTIMS: Record<string, Kill> = {
  "the handler child": async (world, _, submitMore) => {
    const until = Date.now() + 60_000;
    let moreAt = Date.now() + 200;
    while (!killBusyChild(world)) {
      if (Date.now() > until) throw new Error("no handler child was busy");
      // All runs may have ended before the first look, and a look takes long on a busy machine.
      if (Date.now() > moreAt) {
        await submitMore();
        moreAt = Date.now() + 200;
      }
      await delay(2);
    }
    return 1;
  },
  "a gpu-node": ({ gpuNodes }, round) => restart(gpuNodes, round),
  // The Worker first, so that a few kills meet both runtimes.
  "a gateway, be it the Worker,": ({ worker, gateways }, round) => restart([worker, ...gateways], round),
  Redis: ({ valkey }, round) => restart([valkey], round),
};

let webhook: { url: string };

interface Submitted {
  run: string;
  kind: Kind;
  /** Asks for it once more, with the same key. @returns the run that it is said to be */
  again: () => Promise<string>;
  /** Whether a cancel was taken, when one was asked for. */
  canceled?: boolean;
}

async function submit(key: string, kind: Kind): Promise<Submitted> {
  const { graph, input } = kind;
  const again = async () =>
    (await world.client.runs.submit({ graph, input, webhook }, { idempotencyKey: key })).run_id;
  return { run: await again(), kind, again };
}

/** At once, or when it has ended if the node had not begun. @returns undefined when none of its nodes ever did */
async function forkOne({ run, kind }: Submitted, key: string): Promise<Submitted | undefined> {
  const forkAt = (from_node: string): (() => Promise<string>) => {
    const idempotencyKey = `${key}-${from_node}`;
    return async () => (await world.client.runs.fork(run, { from_node, webhook }, { idempotencyKey })).run_id;
  };
  const first = pick(kind.forks);
  for (const [isOver, from_node] of [
    [false, first],
    ...[first, ...kind.forks].map((node) => [true, node] as const),
  ] as const) {
    if (isOver) await world.client.runs.watch(run);
    const again = forkAt(from_node);
    try {
      return { run: await again(), kind, again };
    } catch (error) {
      if (!(error instanceof ApiError && (error.is("node-not-run") || error.is("node-not-found"))))
        throw error;
    }
  }
  return undefined;
}

/** Accepts what a run asks, each time that it does; a cancel may be faster. */
async function answer({ run }: Submitted): Promise<void> {
  const accept = async (node_id: string): Promise<void> => {
    try {
      await world.client.runs.resume(run, { node_id, decision: "accept" }, { idempotencyKey: run });
    } catch (error) {
      if (!(error instanceof ApiError && error.is("run-finished"))) throw error;
    }
  };
  const answers: Promise<void>[] = [];
  await world.client.runs.watch(run, {
    onFrame(frame) {
      if (frame.kind === "event" && frame.event.type === "node.waiting")
        answers.push(accept(frame.event.node_id!));
    },
  });
  await Promise.all(answers);
}

/** Asks for the end of a run, of which anything may be left: also that it has ended by itself. */
async function cancelOne(one: Submitted): Promise<void> {
  try {
    one.canceled = /^cancel/.test((await world.client.runs.cancel(one.run)).status);
  } catch (error) {
    if (!(error instanceof ApiError && error.is("run-finished"))) throw error;
    one.canceled = false;
  }
}

/** A node whose success stands in the log must not begin again later; a cancel that was answered is kept. */
async function judge({ run, again, kind, canceled }: Submitted): Promise<void> {
  const ended = await world.client.runs.watch(run);
  const expected = canceled ? "canceled" : "succeeded";
  expect(ended.status, JSON.stringify(ended.error ?? ended.nodes)).toBe(expected);
  if (!canceled) expect(ended.output).toEqual(kind.output);

  const events = await logOf(world.client, run);
  expect(
    events.map((event) => event.seq),
    `S6 ${run}`,
  ).toEqual(events.map((_, i) => i + 1));
  expect(
    events.filter(({ type }) => type === "run.succeeded" || type === "run.canceled").map(({ type }) => type),
    `S3 ${run}`,
  ).toEqual([`run.${expected}`]);
  if (canceled) expectNobodyHeld(world, run, events);
  const lines = linesOf(world, run);
  const taken = new Set(ended.nodes.flatMap((node) => (node.reused_from ? [node.node_id] : [])));
  const worked = new Set(lines.map(({ node }) => node));
  expect(
    [...kind.skipped, ...taken].filter((id) => worked.has(id)),
    `skipped or taken over ${run}`,
  ).toEqual([]);
  const resumed = events.filter(({ type, node_id }) => type === "node.resumed" && node_id === kind.asks);
  const isAsked = kind.asks !== undefined && !taken.has(kind.asks);
  if (!canceled) expect(resumed, `asked ${run}`).toHaveLength(isAsked ? 1 : 0);
  for (const id of kind.done.filter((id) => !taken.has(id))) {
    const successes = events.filter((event) => event.type === "node.succeeded" && event.node_id === id);
    if (canceled && successes.length === 0) continue;
    expect(successes, `S1 ${run} ${id}`).toHaveLength(1);
    const accepted = Date.parse(successes[0]!.at);
    const own = lines.filter(({ node }) => node === id);
    const late = own.filter((line) => line.phase === "begin" && line.at > accepted);
    expect(late, `S8 ${run} ${id}`).toEqual([]);
    expect(
      own.some((line) => line.phase === "end"),
      `S2 ${run} ${id}`,
    ).toBe(true);
  }
  expect(await again(), "S7").toBe(run);
  await expectTold(run, `run.${expected}`);
}

async function expectRest(): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const keys = await redis.keys("msb:*");
    const streams = keys.filter((key) => /:(mail|tasks|reports)$/.test(key) && !key.includes(":run:"));
    const lengths = await Promise.all(streams.map((key) => redis.xlen(key)));
    const hashes = keys.filter((key) => /:pool:[^:]+:task:/.test(key));
    if (lengths.every((n) => n === 0) && hashes.length === 0) return;
    if (Date.now() > until) throw new Error(`S10: ${streams.join()} ${lengths.join()} ${hashes.join()}`);
    await delay(100);
  }
}

describe.each([1, 3])("with %i shard(s)", (shards) => {
  beforeAll(async () => {
    webhook = { url: await startReceiver() };
    world = await startWorld({ shards });
    redis = new Redis(world.valkey.url);
    redis.on("error", () => {});
  });
  afterAll(async () => {
    redis.disconnect();
    await world.stop();
    await new Promise((resolve) => receiver.close(resolve));
  });

  it.each(Object.keys(VICTIMS))(
    "every run ends right although %s is killed again and again",
    async (victim) => {
      const runs: Submitted[] = [];
      const cancels: Promise<void>[] = [];
      const answers: Promise<void>[] = [];
      const forks: Promise<Submitted | undefined>[] = [];
      const keyOf = (n: string) => `${victim}-${shards}-${n}`.replaceAll(" ", "_");
      const add = (one: Submitted): void => {
        runs.push(one);
        if (one.kind.asks !== undefined) answers.push(answer(one));
      };
      let submitted = 0;
      const submitMore = async (): Promise<void> => {
        const kind = KINDS[submitted % KINDS.length]!;
        submitted += 1;
        add(await submit(keyOf(String(submitted)), kind));
      };
      const forkSome = async (n: number): Promise<Submitted | undefined> => {
        const fork = await forkOne(pick(runs), keyOf(`fork${n}`));
        if (fork) add(fork);
        return fork;
      };
      const kills = shards === 1 ? KILLS : Math.ceil(KILLS / 4);
      let killed = 0;
      for (let i = 0; killed < kills; i += 1) {
        for (let n = 0; n < RUNS_AT_ONCE; n += 1) await submitMore();
        // Some are asked to end at once, some around the moment of the kill; nothing stands still for it.
        const one = pick(runs.slice(-RUNS_AT_ONCE));
        if (i % 4 === 0) cancels.push(cancelOne(one));
        await delay(Math.random() * 400);
        if (i % 4 === 1 || i % 4 === 2) cancels.push(cancelOne(one));
        if (i % 2 === 1) forks.push(forkSome(i));
        killed += await VICTIMS[victim]!(world, i, submitMore);
      }
      const forked = (await Promise.all(forks)).filter((fork) => fork !== undefined);
      expect(forked.length).toBeGreaterThan(0);
      await Promise.all(cancels);
      await Promise.all(answers);
      await Promise.all(runs.map(judge));
      expect(runs.some(({ canceled }) => canceled)).toBe(true);
      await expectRest();
    },
  );
});
