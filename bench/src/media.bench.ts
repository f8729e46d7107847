/**
 * The film of a narration of some 16 s, 512 pixels, 25 frames a second, through the whole system and without a
 * portrait: seconds, share of the film's length and memory of the handler process, node by node, for both voices.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startStack } from "@myspinbot/services/stack.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { type Measured, measureRun } from "./media/stages.ts";

const TEXT =
  "Ships float because they push water aside. A steel hull holds mostly air, so the whole ship weighs less than " +
  "the water that would fill its place. Load it too much, and it sinks deeper, until the two are equal again. " +
  "That is all there is to it, from a paper boat to a tanker.";
/** By engine: most of the film's length that the whole run may take. */
const MOST = { hibari: 1.0, kokoro: 1.3 };
const MOST_MIB = 600;

/** The shipped graph with another engine for its speech. */
async function graphWith(engine: string): Promise<Graph> {
  const graph = JSON.parse(await readFile(join(ROOT, "graphs", "talking-avatar.json"), "utf8")) as Graph;
  const nodes = graph.nodes.map((node) => (node.type === "synthesize_speech" ? { ...node, engine } : node));
  return { ...graph, nodes };
}

/** In a fresh system; what is loaded once per process is loaded by a short run before. */
async function measure(engine: string): Promise<Measured> {
  const dir = await mkdtemp(join(tmpdir(), "bench-media-"));
  const stack = await startStack({ dir, gpuNodeEnv: { GPU_NODE_SLOTS: "1", GPU_NODE_LOG_LEVEL: "warn" } });
  try {
    const graph = await graphWith(engine);
    await measureRun(stack, graph, { text: "Hello." });
    return await measureRun(stack, graph, { text: TEXT });
  } finally {
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function show(engine: string, measured: Measured): void {
  const share = (seconds: number): string => `${(seconds / measured.filmSeconds).toFixed(2)} x`;
  const { wallSeconds, cpuSeconds, peakMiB } = measured;
  const rows = [
    ...measured.stages,
    { node: "whole run", type: "", engine: "", seconds: wallSeconds, cpuSeconds, peakMiB },
  ];
  printTable(
    `${engine}: ${measured.filmSeconds.toFixed(2)} s of film`,
    ["node", "engine", "seconds", "of real time", "CPU seconds", "peak so far, MiB"],
    rows.map((row) => [
      row.type ? `${row.node} (${row.type})` : row.node,
      row.engine,
      row.seconds.toFixed(2),
      share(row.seconds),
      row.cpuSeconds.toFixed(2),
      row.peakMiB.toFixed(0),
    ]),
  );
}

const results: Record<string, unknown> = {};
for (const [engine, most] of Object.entries(MOST)) {
  const before = loadavg()[0] as number;
  const measured = await measure(engine);
  show(engine, measured);
  const ratio = measured.wallSeconds / measured.filmSeconds;
  const verdicts = [
    { target: `<= ${most} x real time`, met: ratio <= most },
    { target: `<= ${MOST_MIB} MiB`, met: measured.peakMiB <= MOST_MIB },
  ];
  for (const verdict of verdicts) console.log(verdictText(verdict));
  const load = { before, after: loadavg()[0] as number };
  console.log(`Load of the machine before and after: ${load.before.toFixed(1)}, ${load.after.toFixed(1)}`);
  results[engine] = { ...measured, ratio, load, verdicts };
}
saveResults("media", results);
