/**
 * Memory of the two processes that we write: at rest, and how it grows over some thousand runs of two no-ops, one on
 * each plane, submitted over HTTP.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { descendantsOf, residentMiB } from "./lib/memory.ts";
import { noops, runUntil } from "./lib/noop-runs.ts";
import { startNoopSystem } from "./lib/noop-systems.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { fitLine } from "./lib/stats.ts";

const RUNS = 5_000;
const STEP = 500;
/** At rest, and afterwards. */
const LIMITS_MIB = { gateway: [200, 264], "gpu-node": [150, 150] } as const;

type Process = keyof typeof LIMITS_MIB;
interface Sample {
  readonly runs: number;
  readonly mib: Record<Process, number>;
}

const dir = await mkdtemp(join(tmpdir(), "bench-memory-"));
const PROCESSES = Object.keys(LIMITS_MIB) as Process[];

try {
  const system = await startNoopSystem(dir);
  const pids: Record<Process, number> = {
    gateway: system.gateway.service.pid,
    "gpu-node": system.gpuNode.service.pid,
  };
  const measure = (runs: number): Sample => ({
    runs,
    mib: { gateway: residentMiB(pids.gateway).rss, "gpu-node": residentMiB(pids["gpu-node"]).rss },
  });
  try {
    await sleep(5_000);
    const rest = measure(0);
    const children = descendantsOf(pids["gpu-node"]).map((pid) => residentMiB(pid).pss);
    const samples: Sample[] = [];
    const began = performance.now();
    for (let runs = 0; runs < RUNS; runs += STEP) {
      await runUntil(system, { graph: noops(2) }, runs, runs + STEP);
      samples.push(measure(runs + STEP));
    }
    const perSecond = RUNS / ((performance.now() - began) / 1000);
    await sleep(5_000);
    const after = measure(RUNS);

    // The first half warms caches, pools and compiled code.
    const late = samples.slice(samples.length / 2);
    const rows = PROCESSES.map((name) => ({
      name,
      restMiB: rest.mib[name],
      afterMiB: after.mib[name],
      bytesPerRun: fitLine(late.map(({ runs, mib }) => [runs, mib[name] * 2 ** 20] as const)).slope,
      target: `<= ${LIMITS_MIB[name].join(", ")} MiB`,
      met: rest.mib[name] <= LIMITS_MIB[name][0] && after.mib[name] <= LIMITS_MIB[name][1],
    }));
    printTable(
      `Resident memory, ${RUNS} runs of two no-ops at ${perSecond.toFixed(0)} runs/s`,
      ["", "at rest, MiB", "afterwards, MiB", `growth, bytes a run (last ${RUNS / 2})`, "target"],
      rows.map((row) => [
        row.name,
        row.restMiB.toFixed(0),
        row.afterMiB.toFixed(0),
        row.bytesPerRun.toFixed(0),
        verdictText(row),
      ]),
    );
    const text = children.map((mib) => `${mib.toFixed(0)} MiB`).join(", ") || "none";
    console.log(`Guards and handlers of the gpu-node at rest (proportional): ${text}`);
    saveResults("memory", { runs: RUNS, perSecond, rows, samples, childrenMiB: children });
  } finally {
    await system.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
