/**
 * The host of handlers on Node.js: every call has a thread for itself, so that a handler that blocks, throws where nobody
 * listens, needs all memory or calls process.exit costs its node, and neither the gateway nor another node. Checks
 * have a thread more than the work, one after another, and so has the asking for engines: they are quick, and must not
 * wait for what is not.
 */
import { availableParallelism } from "node:os";
import { systemClock } from "../../../clock.ts";
import type { HandlerHost } from "../../../executor/handler-host.ts";
import { createThreadPool } from "./thread-pool.ts";
import { startThread, type ThreadOptions } from "./thread.ts";

export interface HandlerThreads extends HandlerHost {
  /** Ends all threads. */
  close(): void;
}

export interface HandlerThreadsOptions extends ThreadOptions {
  types: readonly string[];
  /** Those whose handlers have a check. */
  checked?: readonly string[];
  /** Those whose handlers say which engines are here. */
  probed?: readonly string[];
  /** Threads at once; further calls wait, and their time does not run meanwhile. */
  most: number;
}

export function createHandlerThreads(options: HandlerThreadsOptions): HandlerThreads {
  const types = new Set(options.types);
  const checked = new Set(options.checked);
  const probed = new Set(options.probed);
  const start = () => startThread(options);
  const starts = availableParallelism();
  const poolOf = (most: number) => createThreadPool({ start, most, starts, clock: systemClock });
  const work = poolOf(options.most);
  const checks = poolOf(1);
  const probes = poolOf(1);
  work.warm();
  return {
    has: (type) => types.has(type),
    run: (call) => work.run(call, "run"),
    hasCheck: (type) => checked.has(type),
    check: (call) => checks.run(call, "check"),
    hasEngines: (type) => probed.has(type),
    engines: (call) => probes.run(call, "engines"),
    close() {
      work.close();
      checks.close();
      probes.close();
    },
  };
}
