/** Bundles the Worker once for all files: the one that is deployed, which knows the node types of these tests besides. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { bundleEdge, type EdgeBundle } from "@myspinbot/services/edge-bundle.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    workerBundle: EdgeBundle;
  }
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** As somebody would write it who has node types of their own: their handlers are at home. */
const MAIN = `
import { createWorker } from ${JSON.stringify(join(ROOT, "gateway/src/entry/cloudflare/create-worker.ts"))};
import { nodeTypes, validators } from ${JSON.stringify(here("extension/node-types.ts"))};
import { KILL_GRAPHS as graphs } from ${JSON.stringify(here("kill-graphs.ts"))};
export default createWorker("0.0.0-test", { nodeTypes, validators, graphs });
`;

export default async function setup(project: TestProject): Promise<() => void> {
  const dir = mkdtempSync(join(tmpdir(), "worker-bundle-"));
  const main = join(dir, "main.ts");
  writeFileSync(main, MAIN);
  project.provide("workerBundle", await bundleEdge(join(dir, "out"), main));
  return () => rmSync(dir, { recursive: true, force: true });
}
