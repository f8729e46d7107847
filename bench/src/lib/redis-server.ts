/** The server that all contestants of a benchmark share: append-only file, one fsync a second, own folder. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { startValkey } from "@myspinbot/services/valkey.ts";
import { Redis } from "ioredis";

export interface BenchServer {
  readonly url: string;
  readonly port: number;
  /** A connection for the benchmark's own doings, never measured. */
  readonly redis: Redis;
  /** CPU seconds that the server has used so far. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a Valkey, on the first core where the system lets us choose; contestants go to the second (`pinWorker`). */
export async function startBenchServer(): Promise<BenchServer> {
  const dir = await mkdtemp(join(tmpdir(), "bench-"));
  const valkey = await startValkey({ dir, open: true, args: ["--appendfsync", "everysec"] });
  pinServersCore(valkey.service.pid);
  const redis = new Redis(valkey.url, { protocol: 2 });
  // As a gateway does: executors of the python plane send no sources.
  for (const { source } of Object.values(SCRIPTS)) await redis.script("LOAD", source);
  return {
    url: valkey.url,
    port: valkey.port,
    redis,
    async cpuSeconds() {
      const info = await redis.info("cpu");
      const read = (name: string): number => Number(new RegExp(`${name}:([0-9.]+)`).exec(info)?.[1] ?? 0);
      return read("used_cpu_user_main_thread") + read("used_cpu_sys_main_thread");
    },
    async stop() {
      redis.disconnect();
      await valkey.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Puts beside the server what must not take of the contestants' core. */
export function pinServersCore(pid: number): void {
  pin(pid, 0);
}

/** Keeps a contestant off the server's core. */
export function pinWorker(pid: number): void {
  pin(pid, 1);
}

function pin(pid: number, core: number): void {
  if (process.platform === "linux" && availableParallelism() > 1) {
    spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(core), String(pid)], {
      stdio: "ignore",
    });
  }
}
