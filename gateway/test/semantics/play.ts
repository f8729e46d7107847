/**
 * Plays a run without Redis: the driver's real thought, the engine's real decisions, and for every task the executor's
 * real task graph. Only what lies between them is played: mail comes in a random order.
 */
import { deepStrictEqual } from "node:assert";
import type {
  FlatGraph,
  Graph,
  Mail,
  MailTimer,
  NodeResult,
  NodeRow,
  RunRow,
  Task,
} from "@myspinbot/contracts/types.ts";
import type { DriveCarry } from "../../src/checkpoints/drive-saver.ts";
import { createDraft, type Draft, type DraftEvent, type DraftTask } from "../../src/driver/draft.ts";
import type { Letter } from "../../src/driver/letter.ts";
import type { OpenTask, Situation } from "../../src/driver/situation.ts";
import { think } from "../../src/driver/think.ts";
import { flatten } from "../../src/graphs/flatten.ts";
import { firstRow } from "../../src/graphs/node-place.ts";
import type { GraphModel } from "../../src/run-engine/graph-model.ts";
import { toGraphModel } from "../../src/run-engine/read-graph.ts";
import type { Hub } from "../../src/run-engine/hub.ts";
import { decide } from "../../src/run-engine/readiness.ts";
import { INPUT_CHANNEL, outputChannel, stateChannel, type Channels } from "../../src/run-engine/state.ts";
import { toProblem } from "../../src/errors/problem.ts";
import { runTaskGraph } from "../../src/executor/task-graph.ts";
import { admit, type Admitted } from "../../src/executor/admission.ts";
import { createTestNodeTypes } from "../../src/executor/test/node-types.ts";
import { deedsOf, type Case } from "./graphs.ts";
import { valueOf } from "./reading.ts";

export interface Played {
  status: string;
  output: unknown;
  /** The node whose failure ended the run. */
  culprit: string | undefined;
  error: unknown;
  rows: Map<string, NodeRow>;
  /** The inputs of every attempt that was made, by node. */
  attempts: Record<string, Record<string, unknown>[]>;
  events: DraftEvent[];
  tasks: Task[];
}

const RUN = "run_s0_1";
const nodeTypes = createTestNodeTypes("node_work", "python_work");
const host = { has: () => true };
const capabilities = { engineFor: () => ({ engine: "test" }) };
/** No healthy run of these small graphs needs as many. */
const MOST_DRIVES = 200;

export type MakeHub = (model: GraphModel) => Hub;

/** Decides like the hub, without LangGraph, whose graphs are dear to compile. */
export const quickHub: MakeHub = (model) => {
  return {
    async drive({ step, carry }) {
      const before = (carry as DriveCarry).latest?.checkpoint.channel_values;
      const channels: Channels = { ...before };
      (carry as DriveCarry).put = { checkpoint: { channel_values: channels } } as never;
      Object.assign(channels, "input" in step ? { [INPUT_CHANNEL]: step.input } : step.update);
      const notes = {
        ...{ ready: [] as string[], skipped: [] as string[], canceled: [] as string[] },
        ...{ reasons: {}, passed: {} },
      };
      for (;;) {
        const { model: now, ready, skipped, canceled, reasons, passed, end } = decide(model, channels);
        Object.assign(notes.reasons, reasons);
        for (const id of canceled) channels[stateChannel(id)] = { phase: "canceled" };
        notes.canceled.push(...canceled);
        Object.assign(notes.passed, passed);
        for (const [id, outputs] of Object.entries(passed)) {
          channels[stateChannel(id)] = { phase: "succeeded" };
          channels[outputChannel(id)] = outputs;
        }
        for (const id of skipped) channels[stateChannel(id)] = { phase: "skipped" };
        for (const id of ready) channels[stateChannel(id)] = { phase: "dispatched" };
        notes.ready.push(...ready);
        notes.skipped.push(...skipped);
        if (ready.length === 0) return { ...notes, model: now, end, channels };
      }
    },
  };
};

/**
 * Runs a task to its end and answers its mail: some results by themselves, then the ending with all of them; that of a
 * task in which something hangs comes when it is canceled.
 */
async function work(
  { graph: _, deeds }: Case,
  { task, pool, body }: DraftTask,
  attempts: Played["attempts"],
): Promise<{ said: Letter[]; ending?: Letter }> {
  // The gateway's executor plays its twin, too, which differs from it in nothing that matters here.
  const entry = {
    id: "1-0",
    level: "normal" as const,
    task,
    body: JSON.stringify({ ...(JSON.parse(body) as Task), plane: "node" }),
  };
  const plan = admit(entry, { shard: "s0", pool, nodeTypes, host, capabilities }) as Admitted;
  const results: NodeResult[] = [];
  let hangs = false;
  await runTaskGraph({
    nodes: plan.nodes,
    async run({ node }, inputs) {
      (attempts[node.id] ??= []).push(inputs);
      const all = deedsOf(deeds, node.id);
      const deed = all[Math.min(attempts[node.id]!.length, all.length) - 1]!;
      const head = { node_id: node.id, attempt: node.attempt };
      if ("hangs" in deed) {
        hangs = true;
        return { status: "failed" };
      }
      if ("makes" in deed) {
        const outputs =
          deed.gives ?? Object.fromEntries(deed.makes.map((name) => [name, valueOf(node.id, name)]));
        results.push({ ...head, status: "succeeded", outputs });
        return { status: "succeeded", outputs };
      }
      const code = deed.fails === "retryable" ? "node-timeout" : "handler-failed";
      results.push({ ...head, status: "failed", problem: toProblem(code, "as the test says") });
      return { status: "failed" };
    },
  });
  const letter = (mail: Mail): Letter => ({ source: pool, entry: "1-0", task, body: mail });
  const outcome = hangs ? "canceled" : "settled";
  const ending: Mail = { kind: "ending", outcome, reason: "", began: [], results };
  if (hangs)
    return { said: results.map((result) => letter({ kind: "result", result })), ending: letter(ending) };
  return { said: [...results.map((result) => letter({ kind: "result", result })), letter(ending)] };
}

function flatWith(graph: Graph, others: readonly Graph[]): FlatGraph {
  const named = (id: string): Graph => {
    const { graph: name } = graph.nodes.find((node) => node.id === id)!;
    return others.find((other) => other.name === name)!;
  };
  return flatten(graph, (id) => flatWith(named(id), others));
}

/** A run's checkpoint is stored as JSON. @throws when something in it would not come back as it was */
function assertKept(latest: DriveCarry["latest"]): void {
  const values = latest?.checkpoint.channel_values ?? {};
  deepStrictEqual(JSON.parse(JSON.stringify(values)), values);
}

/** @throws when the run does not end */
export async function play(given: Case, makeHub: MakeHub = quickHub): Promise<Played> {
  const graph = flatWith(given.graph, given.graphs ?? []);
  const model = toGraphModel(graph, "digest");
  const hubs = new Map<string, Hub>();
  const hubFor: MakeHub = (now) => {
    const hub = hubs.get(now.shape) ?? makeHub(now);
    hubs.set(now.shape, hub);
    return hub;
  };
  let latest: DriveCarry["latest"];
  const attempts: Played["attempts"] = {};
  let rows = new Map<string, NodeRow>(graph.nodes.map((node) => [node.id, firstRow(node)]));
  const record: RunRow = {
    ...{ graph: "played", digest: "digest", status: "queued", seq: "1", drives: "0" },
    ...{ created_at: "0", touched: "0", start_deadline_at: "1000000", run_deadline_at: "1000000" },
  };
  const open = new Map<string, OpenTask>();
  /** Mail by its line: within a line it stays in order. */
  const lines: Letter[][] = [[{ source: "mail", entry: "1-0", body: { kind: "submitted" } }]];
  let tasks = 0;
  /** Deadlines pass when nothing else happens. */
  const late: Letter[] = [];
  /** Endings of tasks that go on until they are canceled. */
  const hanging = new Map<string, Letter>();
  const events: DraftEvent[] = [];
  const bodies: Task[] = [];

  let now = 0;
  const take = async (letter: Letter): Promise<Draft> => {
    const body = letter.body;
    now = Number(letter.entry.split("-")[0]);
    if (body.kind === "ending") open.delete(letter.task!);
    const situation: Situation = {
      run: RUN,
      record,
      now,
      rows,
      ...{ began: new Map(), answers: new Map(), deadlines: new Map() },
      openTasks: [...open.values()],
      letters: [letter],
      checkpoint: latest ? { kind: "same" } : { kind: "none", input: given.input ?? {}, taken: {} },
      graph: "",
      giveUp: false,
    };
    const context = {
      shard: "s0",
      model,
      hubFor,
      nodeTypes,
      newTaskId: () => `task_s0_${(tasks += 1)}`,
      random: () => 0.5,
      retryBackoffMs: 1,
      executors: [],
      unheard: new Set<string>(),
      lesson: { begun: false, canceling: false, brokenPool: null, taken: new Set<string>() },
    };
    const carry: DriveCarry = { gets: 0, puts: 0, ...(latest ? { latest } : {}) };
    const draft = await think(context, situation, carry);
    latest = carry.put ?? latest;
    assertKept(latest);
    return draft;
  };

  const apply = async (draft: Draft): Promise<void> => {
    rows = draft.rows;
    if (draft.status) record.status = draft.status;
    else if (draft.ran && record.status === "queued") record.status = "running";
    for (const { member, delay_ms } of draft.timers) {
      const [timer, , rest] = member.split("|") as [MailTimer["timer"], string, string];
      const body = { kind: "timer" as const, timer, rest };
      if (timer === "deadline") late.push({ source: "mail", entry: `${now + delay_ms}-0`, body });
      else lines.push([{ source: "mail", entry: "1-0", body }]);
    }
    for (const { task } of draft.cancel) {
      const ending = hanging.get(task);
      if (ending) lines.push([ending]);
      hanging.delete(task);
    }
    for (const event of draft.events) events.push({ ...event });
    for (const task of draft.tasks) {
      open.set(task.task, { task: task.task, pool: task.pool, entry: "1-0" });
      bodies.push(JSON.parse(task.body) as Task);
      const { said, ending } = await work(given, task, attempts);
      lines.push(said);
      if (ending) hanging.set(task.task, ending);
    }
  };

  let draft = createDraft({ rows } as Situation);
  for (let drives = 0; !draft.terminal; drives += 1) {
    const waiting = lines.filter((line) => line.length > 0);
    if (waiting.length === 0 && late.length > 0) waiting.push([late.shift()!]);
    if (waiting.length === 0 || drives === MOST_DRIVES) throw new Error("the run does not end");
    const turn = given.turns[drives % given.turns.length]!;
    const letter = waiting[Math.floor(turn * waiting.length)]!.shift()!;
    draft = await take(letter);
    await apply(draft);
  }
  const culprit = (draft.error as { instance?: string } | undefined)?.instance;
  const { status, output, error } = draft;
  return { status, output, culprit, error, rows, attempts, events, tasks: bodies };
}
