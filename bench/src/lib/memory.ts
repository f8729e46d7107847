/** Memory and CPU time of other processes, as Linux tells it. */
import { readdirSync, readFileSync } from "node:fs";

function read(pid: number, file: string, field: string): number {
  const text = readFileSync(`/proc/${pid}/${file}`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** MiB in RAM; `pss` counts a page that n processes share as an n-th. */
export function residentMiB(pid: number): { rss: number; pss: number } {
  return { rss: read(pid, "status", "VmRSS") / 1024, pss: read(pid, "smaps_rollup", "Pss") / 1024 };
}

/** The most that it ever had in RAM, in MiB. */
export function peakMiB(pid: number): number {
  return read(pid, "status", "VmHWM") / 1024;
}

/** Of all its threads since its start. Linux counts in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field, the name in brackets, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** All processes below one: between a service and each of its handlers stands a guard. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => {
    try {
      return read(pid, "status", "PPid") === parent;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
