/** Reads what handlers wrote outside Redis, to tell who still works on what. */
import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import type { Event } from "@myspinbot/contracts/types.ts";
import type { LedgerLine, World } from "./world.ts";

/** All processes below one: a gpu-node's handlers are children of their guards. */
export function descendantsOf(pid: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "ppid=,pid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [pid];
  for (const parent of found) for (const [ppid, child] of pairs) if (ppid === parent) found.push(child);
  return found.slice(1);
}

export function linesOf(world: World, run: string): LedgerLine[] {
  return world.ledger().filter((line) => line.run === run);
}

/** S9: nobody wrote a line of the run after it was canceled. Only as good as the time that has passed since. */
export function expectNobodyHeld(world: World, run: string, events: Event[]): void {
  const end = events.at(-1)!;
  expect(end.type, `S9 ${run}`).toBe("run.canceled");
  const canceled = Date.parse(end.at);
  const late = linesOf(world, run).filter(({ at }) => at > canceled);
  expect(late, `S9 ${run}`).toEqual([]);
}

/** Which of the processes that wrote the lines are still there; those that only wait to be taken away are not. */
export function livingOf(lines: readonly LedgerLine[]): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,stat="], { encoding: "utf8" }).trim().split("\n");
  const living = new Set(
    rows
      .map((row) => row.trim().split(/\s+/))
      .flatMap(([pid, stat]) => (stat?.startsWith("Z") ? [] : [Number(pid)])),
  );
  return [...new Set(lines.flatMap(({ pid }) => (pid === undefined ? [] : [pid])))].filter((pid) =>
    living.has(pid),
  );
}
