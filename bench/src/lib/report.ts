/** What a benchmark prints and leaves behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import type { Ratio } from "./stats.ts";

/** Prints rows under their headings, numbers to the right. */
export function printTable(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
      .join("  ");
  console.log(`\n${title}`);
  console.log(line(headings));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows) console.log(line(row).trimEnd());
}

/** `1.03 [1.01, 1.06]` */
export function toText({ median, low, high }: Ratio, digits = 2): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** A limit and whether the worse end of a figure keeps it. */
export interface Verdict {
  readonly target: string;
  readonly met: boolean;
}

export function atMost(ratio: Ratio, limit: number): Verdict {
  return { target: `<= ${limit}`, met: ratio.high <= limit };
}

export function atLeast(ratio: Ratio, limit: number): Verdict {
  return { target: `>= ${limit}`, met: ratio.low >= limit };
}

export function verdictText({ target, met }: Verdict): string {
  return `${target}: ${met ? "met" : "MISSED"}`;
}

/** Writes the figures of one run to `.data/bench/<name>.json`, with what they were measured on. */
export function saveResults(name: string, results: unknown): void {
  const folder = join(ROOT, ".data", "bench");
  const file = join(folder, `${name}.json`);
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    load: loadavg()[0],
    node: process.version,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ name, measured_at: new Date().toISOString(), machine, results }, null, 2)}\n`,
  );
  console.log(`\nwritten to .data/bench/${name}.json`);
}
