/** What a browser asks for until a page stands there, weighed: for the test that holds the budget, and for the benchmark. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import type { Page } from "playwright-core";

export interface FirstLoad {
  name: string;
  path: (run_id: string) => string;
  /** What is there when nothing more is loaded by itself. */
  ready: string;
  /** Bytes of scripts, as gzip has them. */
  limit: number;
}

export const FIRST_LOADS: readonly FirstLoad[] = [
  {
    ...{ name: "Make", path: () => "/make/talking-avatar", ready: "form h2" },
    limit: 120_000,
  },
  {
    ...{ name: "Run", path: (run_id) => `/runs/${run_id}`, ready: "[role=region][aria-label]" },
    limit: 130_000,
  },
];

/** Bytes of all scripts that this page has asked for, as gzip has them, whatever was sent. */
export async function scriptBytes(page: Page): Promise<number> {
  const paths = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map(({ name }) => new URL(name).pathname)
      .filter((each) => each.endsWith(".js")),
  );
  return [...new Set(paths)].map(packedSize).reduce((sum, size) => sum + size, 0);
}

/** Small files are served as they are. */
function packedSize(path: string): number {
  const file = join(ROOT, "ui", "build", path);
  return (statSync(`${file}.gz`, { throwIfNoEntry: false }) ?? statSync(file)).size;
}
