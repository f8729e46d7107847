/** Puts a clock around drives and nothing else. */

/** Sums over the measured part of a batch. */
export interface Cost {
  drives: number;
  wallMs: number;
  /** User and system CPU of this process. */
  cpuMs: number;
}

/** Runs drives side by side and adds what they cost. */
export async function measured(cost: Cost, drives: readonly (() => Promise<unknown>)[]): Promise<void> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(drives.map((drive) => drive()));
  const used = process.cpuUsage(cpu);
  cost.wallMs += performance.now() - began;
  cost.cpuMs += (used.user + used.system) / 1000;
  cost.drives += drives.length;
}
