/** The executors of both planes over one Redis, and how tests wait for what they say. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startValkey } from "@myspinbot/services/valkey.ts";
import { type Limits, PLANES, type PlaneName } from "./executor-process.ts";
import { toLines } from "./lines.ts";
import { type Plane, startPlane } from "./plane.ts";
import type { Said } from "./said.ts";

export interface Pair {
  /** For files that handlers look at. */
  dir: string;
  planes: Record<PlaneName, Plane>;
  /** A file for which handlers wait, once it is opened. */
  gate(): { path: string; open(): void };
  stop(): Promise<void>;
}

/** @param env of both, by the names that they share */
export async function startPair(
  env: Readonly<Record<string, string>> = {},
  limits: Limits = {},
): Promise<Pair> {
  const dir = mkdtempSync(join(tmpdir(), "twins-"));
  const valkey = await startValkey({ dir: join(dir, "valkey") });
  const started = await Promise.all(
    PLANES.map(async (name) => {
      const plane = await startPlane(name, { dir, redisUrl: valkey.url, prefix: "twins", env, limits });
      return [name, plane] as const;
    }),
  );
  await Promise.all(started.map(([, plane]) => plane.executorId()));
  let gates = 0;
  return {
    dir,
    planes: Object.fromEntries(started) as Record<PlaneName, Plane>,
    gate() {
      const path = join(dir, `gate-${(gates += 1)}`);
      return { path, open: () => writeFileSync(path, "") };
    },
    async stop() {
      await Promise.all(started.map(([, plane]) => plane.stop()));
      await valkey.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const isEnding = ({ kind }: Said): boolean => kind === "ending";
export const isStart = ({ type }: Said): boolean => type === "node.started";

/** All that is said about a task, once it has ended. */
export const says = (plane: Plane, task: string): Promise<string[]> =>
  plane.until(task, isEnding).then(toLines);
