/** What the first drive of a run costs when its graph is as large as may be, a list's elements included. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Driver } from "../../../gateway/src/driver/driver.ts";
import { listed } from "../lib/graphs.ts";
import { printTable } from "../lib/report.ts";
import { median, quantile } from "../lib/stats.ts";
import { measured } from "./measured.ts";
import type { RunFeeder } from "./run-feeder.ts";

const ROUNDS = 25;
/** Each is a process of its own. */
const PROCESSES = 9;
const FIRST = fileURLToPath(import.meta.resolve("./first-of-process.ts"));
const { graph: LARGEST, input: ELEMENTS } = listed(8, 50);

interface FirstDrives {
  /** CPU ms, by what the driver knows. */
  readonly [row: string]: { readonly p50: number; readonly p90: number };
}

/** A driver that has never seen the graph reads it, makes its 400 nodes and compiles it; one that has finds the compiled one. */
export async function measureFirstDrives(
  feeder: RunFeeder,
  createDriver: () => Driver,
  url: string,
): Promise<FirstDrives> {
  const known = createDriver();
  const drivers: Record<string, () => Driver> = {
    "a graph that the driver meets for the first time": createDriver,
    "a graph that it knows": () => known,
  };
  const found = new Map<string, number[]>(Object.keys(drivers).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, driverOf] of Object.entries(drivers))
      found.get(name)!.push(await measureOne(feeder, driverOf()));
  const firsts: number[] = [];
  for (let i = 0; i < PROCESSES; i += 1) firsts.push(await measureFirst(url));
  found.set("the first drive of a process, which is warmed up as it starts", firsts);
  const results = Object.fromEntries(
    [...found].map(([name, ms]) => [name, { p50: median(ms), p90: quantile(ms, 0.9) }]),
  );
  printTable(
    `First drive of ${LARGEST.name}, ${ROUNDS} runs, ${PROCESSES} processes, CPU ms of the driver's process`,
    ["", "p50", "p90"],
    Object.entries(results).map(([name, { p50, p90 }]) => [name, p50.toFixed(1), p90.toFixed(1)]),
  );
  return results;
}

async function measureFirst(url: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [FIRST, url]);
  return Number(stdout);
}

export async function measureOne(feeder: RunFeeder, driver: Driver): Promise<number> {
  await feeder.reset();
  await feeder.submit(LARGEST, ELEMENTS);
  const mail = await feeder.readMail();
  const cost = { drives: 0, wallMs: 0, cpuMs: 0 };
  await measured(
    cost,
    mail.map((entry) => () => driver.take(entry)),
  );
  if ((await feeder.finishTasks()) === 0) throw new Error("the drive has issued no task");
  return cost.cpuMs;
}
