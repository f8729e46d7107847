/**
 * S1-S4, S6 and S8-S10 under a bad network: three drivers and three executors over one server, calls and replies lost,
 * owners killed and frozen, runs canceled, answered and forked at random. The verdict comes from a ledger that only the executors write.
 */
import type { Graph, NodeResult, Task } from "@myspinbot/contracts/types.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { FIRST, steps } from "@myspinbot/contracts/steps.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createChaos, seeded, type Chaos } from "../../test/chaos.ts";
import { answer, cancel, fork } from "../../test/chaos-people.ts";
import { createHarness, note, reportOf, type Harness } from "../../test/driver-harness.ts";
import { newId, newPlainId } from "../ids.ts";
import { toRecord } from "../redis/flat.ts";
import { runStep } from "../redis/scripts.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { createDriver } from "./driver.ts";
import { createDriverLoops, type DriverLoops } from "./loops.ts";

const LEASE_MS = 250;
const POOLS = ["node", "default"];
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const GRAPH: Graph = {
  name: "seven",
  nodes: [
    { id: "a", type: "node_work", plane: "node" },
    { id: "b", type: "python_work", plane: "python", inputs: { x: "$a.v" } },
    { id: "c", type: "python_work", plane: "python", inputs: { x: "$a.v" } },
    { id: "d", type: "python_work", plane: "python", inputs: { x: "$b.v" } },
    { id: "e", type: "node_work", plane: "node", inputs: { x: "$b.v", y: "$c.v" } },
    { id: "f", type: "python_work", plane: "python", inputs: { x: "$e.v", y: "$d.v" } },
    { id: "g", type: "node_work", plane: "node", inputs: { x: "$f.v" } },
  ],
  output: { g: "$g.v" },
};
/** A person is asked in the middle. */
const ASKED: Graph = {
  name: "asked",
  nodes: [
    { id: "w", type: "python_work", plane: "python" },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$w.v" } },
    { id: "s", type: "node_work", plane: "node", inputs: { x: "$ok.text" } },
  ],
  output: { s: "$s.v" },
};
const ASKS = "ok";
const GRAPHS: Record<string, Graph> = { [GRAPH.name]: GRAPH, [ASKED.name]: ASKED };
for (const node of [...GRAPH.nodes, ...ASKED.nodes].filter(({ id }) => id !== ASKS))
  node.retry = { max_attempts: 20, backoff_ms: 10 };

/** What really happened, whatever the executors were told. */
class Ledger {
  readonly accepted = new Set<string>();
  readonly canceled = new Set<string>();
  /** What a person decided, by run: the answer that counts. */
  readonly decided = new Map<string, string>();
  readonly wrong: string[] = [];

  begin(task: Task, node: string): void {
    if (this.canceled.has(task.run_id))
      this.wrong.push(`S9 ${node} of ${task.run_id} began after it was canceled`);
    if (this.accepted.has(`${task.run_id}/${node}`))
      this.wrong.push(`S8 ${node} of ${task.run_id} began again`);
  }

  decide(run: string, decision: string): void {
    const before = this.decided.get(run) ?? decision;
    if (before !== decision) this.wrong.push(`${run} was ${before}, then ${decision}`);
    this.decided.set(run, before);
  }

  accept(run: string, node: string): void {
    this.accepted.add(`${run}/${node}`);
  }
}

class Executor {
  readonly id = newPlainId("exec");
  /** Since when each task is surely leased: when the call was sent that read or renewed it. */
  readonly #held = new Map<string, number>();
  readonly #canceled = new Set<string>();
  readonly #h: Harness;
  readonly #pool: string;
  readonly #random: () => number;
  readonly #chaos: Chaos;
  readonly #ledger: Ledger;

  constructor(h: Harness, pool: string, random: () => number, ledger: Ledger) {
    this.#h = h;
    this.#pool = pool;
    this.#random = random;
    this.#ledger = ledger;
    this.#chaos = createChaos(h.redis, { random, lostCalls: 0.03, lostReplies: 0.05 }, (args, reply) =>
      this.#see(args, reply),
    );
  }

  /** A result counts as accepted from the moment when the server took it. */
  #see(args: unknown[], reply: unknown): void {
    const step = (["report", "settle"] as const).find((name) =>
      [SCRIPTS[name].sha1, SCRIPTS[name].source].includes(args[1] as never),
    );
    if (!step || reply === "closed") return;
    // The command, the script, the number of keys, the keys, the arguments.
    const items = args.slice(3 + Number(args[2]) + FIRST[step].arg - 1) as string[];
    for (let i = 0; i + 3 < items.length; i += 4) {
      if (items[i] !== "result") continue;
      const result = JSON.parse(items[i + 3]!) as { status: string; outputs: { run: string } };
      if (result.status === "succeeded") this.#ledger.accept(result.outputs.run, items[i + 1]!);
    }
  }

  async #patiently<T>(step: () => Promise<T>): Promise<T> {
    for (let i = 0; ; i += 1) {
      try {
        return await step();
      } catch (error) {
        if (this.#chaos.dead || i === 8) throw error;
        await delay(5);
      }
    }
  }

  #isSure(task: string): boolean {
    return performance.now() - (this.#held.get(task) ?? -Infinity) <= 0.8 * LEASE_MS;
  }

  get #place(): { shard: string; pool: string; consumer: string } {
    return { shard: this.#h.shard, pool: this.#pool, consumer: this.id };
  }

  async #renew(): Promise<void> {
    const sent = performance.now();
    const tasks = [...this.#held.keys()];
    const [states] = await runStep(this.#chaos.redis, steps.renew(this.#h.keys, { ...this.#place, tasks }));
    tasks.forEach((id, i) => {
      if (states[i] === "closed") this.#held.delete(id);
      else if (this.#held.has(id)) this.#held.set(id, sent);
      if (states[i] === "cancel") this.#canceled.add(id);
    });
  }

  async #runTask(task: Task): Promise<void> {
    const failed = new Set<string>();
    let n = 1;
    for (const node of task.nodes) {
      if (this.#chaos.dead || !this.#isSure(task.task_id)) return;
      if (this.#canceled.has(task.task_id)) break;
      const needs = Object.values(node.inputs).flatMap((input) =>
        input.from === "node" ? [input.node] : [],
      );
      if (needs.some((id) => failed.has(id))) {
        failed.add(node.id);
        continue;
      }
      this.#ledger.begin(task, node.id);
      const luck = this.#random();
      if (luck < 0.02) return this.die();
      if (luck < 0.04) await delay(LEASE_MS * 1.6);
      const ok = luck < 0.9;
      if (!ok) failed.add(node.id);
      const problem = {
        type: "x",
        title: "x",
        status: 503,
        detail: "x",
        code: "handler-unavailable",
        class: "retryable",
      };
      const result = ok
        ? {
            node_id: node.id,
            attempt: node.attempt,
            status: "succeeded",
            outputs: { v: node.id, run: task.run_id },
          }
        : { node_id: node.id, attempt: node.attempt, status: "failed", problem };
      const started = note(node.id, "node.started", { attempt: node.attempt, executor: this.id });
      const report = steps.report(this.#h.keys, {
        ...this.#place,
        task: task.task_id,
        first: n,
        items: [started, reportOf(result as Partial<NodeResult>)],
      });
      const answer = await this.#patiently(() => runStep(this.#chaos.redis, report));
      n += 2;
      if (answer === "closed") return;
      if (answer === "cancel") this.#canceled.add(task.task_id);
    }
    const outcome = this.#canceled.has(task.task_id) ? "canceled" : "settled";
    const last = { outcome, reason: '""', first: n, items: [] };
    const settle = steps.settle(this.#h.keys, { ...this.#place, task: task.task_id, ...last });
    await this.#patiently(() => runStep(this.#chaos.redis, settle));
  }

  die(): void {
    this.#chaos.die();
  }

  async live(): Promise<void> {
    const renewing = (async () => {
      while (!this.#chaos.dead) {
        await this.#renew().catch(() => {});
        await delay(LEASE_MS / 4);
      }
    })();
    while (!this.#chaos.dead) {
      try {
        const sent = performance.now();
        const answer = (await this.#chaos.redis.call(
          "XREADGROUP",
          "GROUP",
          "executors",
          this.id,
          "COUNT",
          1,
          "STREAMS",
          this.#h.keys.poolTasks(this.#h.shard, this.#pool),
          ">",
        )) as [string, [string, string[]][]][] | null;
        for (const [, flat] of answer?.[0]?.[1] ?? []) {
          const task = JSON.parse(toRecord(flat).body!) as Task;
          this.#held.set(task.task_id, sent);
          await this.#runTask(task).catch(() => {});
          this.#held.delete(task.task_id);
        }
      } catch {
        // Lost: what was handed out is reaped.
      }
      await delay(3);
    }
    await renewing;
  }
}

/** Learns of each run that was canceled when the server has taken that commit, whatever the driver hears. */
function seeCanceled(ledger: Ledger, args: unknown[], reply: unknown): void {
  if (![SCRIPTS.commit.sha1, SCRIPTS.commit.source].includes(args[1] as never)) return;
  const plan = JSON.parse(args[3 + Number(args[2])] as string) as { run: string; status: string };
  if (plan.status === "canceled" && (reply as string[])[0] === "free") ledger.canceled.add(plan.run);
}

function startChaoticDriver(
  h: Harness,
  random: () => number,
  ledger: Ledger,
): { loops: DriverLoops; chaos: Chaos } {
  const chaos = createChaos(h.redis, { random, lostCalls: 0.02, lostReplies: 0.05 }, (args, reply) =>
    seeCanceled(ledger, args, reply),
  );
  const redis = chaos.redis;
  const driver = createDriver({
    redis,
    keys: h.keys,
    nodeTypes: h.nodeTypes,
    logger: SILENT,
    metrics: noMetrics,
    clock: systemClock,
    random,
    lockMs: 400,
    retentionMs: 60_000,
    retryBackoffMs: 10,
    executors: () => Promise.resolve([]),
  });
  const sweep = {
    ...h.sweep,
    redis,
    consumer: newPlainId("driver"),
    pools: POOLS,
    leaseMs: LEASE_MS,
    driverLeaseMs: 150,
    reconcileMs: 300,
  };
  // The reader blocks for so short a time that it can share the one connection.
  const loops = createDriverLoops({
    driver,
    sweeps: [sweep],
    createReader: () => redis,
    blockMs: 5,
    reapMs: 40,
    clock: systemClock,
    random,
    logger: SILENT,
  });
  loops.start();
  return { loops, chaos };
}

/** S4 in one look: what will wake each run that has not ended? Answers the runs that nothing will. */
const WITNESS = `
local prefix, run_keys = ARGV[1], {}
local sources = {}
local function note(stream)
  for _, row in ipairs(redis.call('XRANGE', stream, '-', '+')) do
    for i = 1, #row[2], 2 do
      if row[2][i] == 'run' then sources[row[2][i + 1]] = true end
    end
  end
end
note(prefix .. 'mail')
for i = 3, #ARGV do note(prefix .. 'pool:' .. ARGV[i] .. ':reports') end
local asleep = {}
for run in string.gmatch(ARGV[2], '%S+') do
  local key = prefix .. 'run:' .. run
  local status = redis.call('HGET', key, 'status')
  local ended = status == 'succeeded' or status == 'failed' or status == 'canceled'
  local awake = ended or sources[run]
  if redis.call('LLEN', key .. ':mailbox') > 0 and redis.call('ZSCORE', prefix .. 'timers', 'lock|' .. run .. '|') then awake = true end
  local flat = redis.call('HGETALL', key .. ':tasks')
  for i = 1, #flat, 2 do
    local pool, entry, state = string.match(flat[i + 1], '^(.-)|(.-)|(.-)$')
    local stream = prefix .. 'pool:' .. pool .. ':tasks'
    if state == 'open' and redis.call('XRANGE', stream, entry, entry)[1] then awake = true end
  end
  local nodes = redis.call('HGETALL', key .. ':nodes')
  for i = 1, #nodes, 2 do
    local node = string.match(nodes[i], '^retry:(.*)$')
    if node and redis.call('ZSCORE', prefix .. 'timers', 'retry|' .. run .. '|' .. node .. ':' .. nodes[i + 1]) then awake = true end
  end
  for i = 1, #nodes, 2 do
    local node = string.match(nodes[i], '^approval:(.*)$')
    if node and redis.call('ZSCORE', prefix .. 'timers', 'approval|' .. run .. '|' .. node) then awake = true end
  end
  if not awake then asleep[#asleep + 1] = run .. ' ' .. status end
end
return asleep`;

async function watchWitnesses(h: Harness, runs: string[], isOver: () => boolean): Promise<string[]> {
  const seen: string[] = [];
  const prefix = h.keys.mail(h.shard).replace(/mail$/, "");
  while (!isOver()) {
    const asleep = (await h.redis.eval(WITNESS, 0, prefix, runs.join(" "), ...POOLS)) as string[];
    seen.push(...asleep);
    await delay(7);
  }
  return seen;
}

let h: Harness;
afterEach(async () => {
  await h.close();
});

async function waitForRest(h: Harness): Promise<void> {
  const streams = [
    h.keys.mail(h.shard),
    ...POOLS.flatMap((p) => [h.keys.poolTasks(h.shard, p), h.keys.poolReports(h.shard, p)]),
  ];
  const until = Date.now() + 10_000;
  for (;;) {
    const lengths = await Promise.all(streams.map((stream) => h.redis.xlen(stream)));
    const left = await h.redis.keys(`*:pool:*:task:*`);
    if (lengths.every((n) => n === 0) && left.length === 0) return;
    if (Date.now() > until)
      throw new Error(`S10 not at rest: ${lengths.join(" ")}, task hashes ${left.length}`);
    await delay(20);
  }
}

/** What a run's record says of its webhook; nobody delivers here. */
const WEBHOOK = {
  webhook_url: "https://example.com/",
  webhook_events: TERMINAL_RUN_STATUSES.map((status) => `run.${status}`).join(" "),
  webhook_lane: "lane",
};

/** Type and number of each event of the run that waits in the outbox. */
async function outboxOf({ redis, keys }: Harness, run: string): Promise<(string | null)[][]> {
  const ids = await redis.zrange(keys.runDeliveries("s0", run), "0", "-1");
  return Promise.all(ids.map((id) => redis.hmget(keys.delivery("s0", id), "type", "seq")));
}

async function checkLog(h: Harness, run: string, ledger: Ledger): Promise<void> {
  const events = await h.events(run);
  const record = await h.record(run);
  expect(
    events.map((e) => e.seq),
    `S6 ${run}`,
  ).toEqual(events.map((_, i) => i + 1));
  const ends = events.filter((e) => ["run.succeeded", "run.failed", "run.canceled"].includes(e.type));
  expect(
    ends.map((e) => e.type),
    `S3 ${run}`,
  ).toEqual([`run.${record.status}`]);
  expect(await outboxOf(h, run), `S5 ${run}`).toEqual(ends.map((e) => [e.type, String(e.seq)]));
  const rows = await h.rows(run);
  const taken = Object.keys(rows).filter((id) => rows[id]!.reused_from !== undefined);
  // With what a fork has taken over, which must not be done again.
  const successes = [...taken, ...events.filter((e) => e.type === "node.succeeded").map((e) => e.node)];
  expect(new Set(successes).size, `S1 ${run}: ${successes.join(" ")}`).toBe(successes.length);
  for (const node of successes.filter((id) => id !== ASKS))
    expect(ledger.accepted.has(`${run}/${node}`), `S2 ${node}`).toBe(true);
  if (record.status === "succeeded")
    expect(successes.toSorted()).toEqual(GRAPHS[record.graph!]!.nodes.map(({ id }) => id).toSorted());
  const decisions = events.filter((e) => e.type === "node.resumed").map((e) => e.data.decision);
  const mayLack = record.status === "canceled" || taken.includes(ASKS) || record.graph !== ASKED.name;
  if (!mayLack || decisions.length > 0) expect(decisions, `asked ${run}`).toEqual([ledger.decided.get(run)]);
}

describe.each([1, 2, 3])("under a bad network, seed %i", (seed) => {
  it("every run ends, no accepted node runs again, nothing stays behind", { timeout: 60_000 }, async () => {
    const random = seeded(seed);
    const ledger = new Ledger();
    h = await createHarness(`chaos${seed}`);
    const drivers = [0, 1, 2].map(() => startChaoticDriver(h, random, ledger));
    const everybody: { executor: Executor; life: Promise<void> }[] = [];
    const hire = (pool: string) => {
      const executor = new Executor(h, pool, random, ledger);
      everybody.push({ executor, life: executor.live().then(() => (over ? undefined : hire(pool))) });
    };
    let over = false;
    for (const pool of ["node", "default", "default"]) hire(pool);

    const runs: string[] = [];
    const witnesses = watchWitnesses(h, runs, () => over);
    const person = { h, random };
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const decide = (run: string, approved: boolean) => ledger.decide(run, approved ? "accepted" : "rejected");
    /** Sometimes two at once, who do not agree. */
    const answerAll = (run: string) =>
      Promise.all(
        (random() < 0.6 ? (["accept"] as const) : (["reject", "accept"] as const)).map((decision) =>
          answer(person, run, { node_id: ASKS, decision }, decide),
        ),
      );
    const begin = async (run: string, asks: boolean) => {
      runs.push(run);
      if (asks) await answerAll(run);
    };
    const forkOne = async (source: string) => {
      const { graph } = await h.record(source);
      const run = newId("run", h.shard);
      const asked = { run, source, from: pick(GRAPHS[graph!]!.nodes).id, webhook: WEBHOOK };
      const taken = await fork(person, asked, (nodes) => nodes.forEach((node) => ledger.accept(run, node)));
      if (!taken) return;
      forks.push(run);
      await begin(run, graph === ASKED.name && !taken.includes(ASKS));
    };
    const forks: string[] = [];
    const people: Promise<unknown>[] = [];
    for (let i = 0; i < 36; i += 1) {
      const graph = i % 4 === 2 ? ASKED : GRAPH;
      const run = await h.submit(graph, {}, { record: WEBHOOK });
      people.push(begin(run, graph === ASKED));
      if (i % 3 === 1) people.push(delay(random() * 200).then(() => cancel(person, run)));
      if (i % 3 === 2) people.push(delay(random() * 200).then(() => forkOne(pick(runs))));
      if (i % 6 === 5) {
        // A driver is killed in the middle of whatever it does, and another takes its place.
        const victim = drivers.shift()!;
        victim.chaos.die();
        await victim.loops.stop();
        drivers.push(startChaoticDriver(h, random, ledger));
      }
      await delay(20);
    }
    await Promise.all(people);
    expect(forks.length).toBeGreaterThan(1);
    expect(ledger.decided.size).toBeGreaterThan(0);
    for (const run of runs) await h.waitForEnd(run);
    await waitForRest(h);
    over = true;
    for (const { executor } of everybody) executor.die();
    for (const { loops } of drivers) await loops.stop();
    await Promise.allSettled(everybody.map(({ life }) => life));

    expect(ledger.wrong).toEqual([]);
    expect(await witnesses, "S4").toEqual([]);
    for (const run of runs) await checkLog(h, run, ledger);
    const statuses = await Promise.all(runs.map(async (run) => (await h.record(run)).status));
    expect(statuses.filter((s) => s === "succeeded").length).toBeGreaterThan(20);
    const canceled = runs.filter((_, i) => statuses[i] === "canceled");
    expect(canceled.length).toBeGreaterThan(0);
    expect(ledger.canceled, "S9").toEqual(new Set(canceled));
  });
});
