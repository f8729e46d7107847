/**
 * No-op tasks of the python plane per second and per CPU second (target P6): (a) pull, renew, report and settle around
 * a direct call, (b) the whole executor, beside other Python queues, LangGraph.py alone and two floors.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchServer } from "./lib/redis-server.ts";
import { atLeast, printTable, saveResults, toText, verdictText } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { median, pairedRatio } from "./lib/stats.ts";
import { floor, langGraph, ours, peer, type Entrant } from "./noop/entrants.ts";
import { startMeter, type Round } from "./noop/meter.ts";

const ROUNDS = 9;
/** Tasks of one round: some tenths of a second for the quick ones and for the slow ones. */
const MANY = 3_000;
const FEW = 500;

const DIRECT = "ours (a): around a direct call";
const NO_LANGGRAPH = "ours, whole but LangGraph";
const WHOLE = "ours (b): whole executor";
const BATCH = "floor: batched";
const SCRIPT = "floor: a script per task";
const NODE = "LangGraph.py alone, a node";
const TASK = "LangGraph.py alone, a @task";
const PEERS = ["saq", "taskiq-redis", "streaq"];

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-noop-"));
const meter = await startMeter();
const quick = { server, meter, dir, tasks: MANY };
const slow = { server, meter, dir, tasks: FEW };
const entrants: Entrant[] = [];
try {
  entrants.push(await ours(quick, DIRECT, "direct", ["ours.py", "direct"]));
  entrants.push(await ours(slow, NO_LANGGRAPH, "walked", ["ours.py", "without-langgraph"]));
  entrants.push(await ours(slow, WHOLE, "whole", ["-m", "gpu_node"]));
  entrants.push(await floor(quick, BATCH, "batch"));
  entrants.push(await floor(quick, SCRIPT, "script"));
  for (const name of PEERS) entrants.push(await peer(slow, name));
  entrants.push(await langGraph(slow, NODE, "node"));
  entrants.push(await langGraph(slow, TASK, "task"));

  for (const entrant of entrants) await entrant.round();
  const samples = await inRounds(entrants, ROUNDS, (entrant) => entrant.round());

  const cpu = (name: string): number[] => valuesOf(samples, name).map((r: Round) => r.cpu_s / r.tasks);
  const wall = (name: string): number[] => valuesOf(samples, name).map((r: Round) => r.wall_s / r.tasks);
  const rows = entrants.map(({ name }) => ({
    name,
    perSecond: 1 / median(wall(name)),
    perCpuSecond: 1 / median(cpu(name)),
    cpuMicros: median(cpu(name)) * 1e6,
    serverMicros: median(valuesOf(samples, name).map((r) => r.server_s / r.tasks)) * 1e6,
    directToIt: pairedRatio(cpu(name), cpu(DIRECT)),
    wholeToIt: pairedRatio(cpu(name), cpu(WHOLE)),
  }));
  printTable(
    `No-op tasks, 32 at once, one core, ${ROUNDS} interleaved rounds (median [95 %])`,
    ["", "tasks/s", "per CPU s", "CPU us", "server us", "(a) is x times", "(b) is x times"],
    rows.map((row) => [
      row.name,
      row.perSecond.toFixed(0),
      row.perCpuSecond.toFixed(0),
      row.cpuMicros.toFixed(0),
      row.serverMicros.toFixed(0),
      toText(row.directToIt),
      toText(row.wholeToIt),
    ]),
  );
  console.log(
    "Ratios are of tasks per CPU second of all processes that work; what is whole of ours calls handlers in their own.",
  );
  console.log(
    "Duties ours has besides: task checked by schema, lease, start told, numbered reports, closed check, event.\n",
  );

  const best = PEERS.toSorted((a, b) => median(cpu(a)) - median(cpu(b)))[0] as string;
  const targets = {
    [`(a) / best peer (${best})`]: atLeast(pairedRatio(cpu(best), cpu(DIRECT)), 3),
    "(a) / batched floor": atLeast(pairedRatio(cpu(BATCH), cpu(DIRECT)), 0.5),
    "(b) / LangGraph.py alone": atLeast(pairedRatio(cpu(NODE), cpu(WHOLE)), 0.7),
  };
  for (const [name, verdict] of Object.entries(targets)) console.log(`${name} ${verdictText(verdict)}`);
  saveResults("noop", { tasks: { quick: MANY, slow: FEW }, rounds: ROUNDS, rows, targets });
} finally {
  for (const entrant of entrants) await entrant.stop();
  meter.stop();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
