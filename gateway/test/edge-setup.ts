/** Bundles the Worker of the tests once for all files that need it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleEdge, type EdgeBundle } from "@myspinbot/services/edge-bundle.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    edgeBundle: EdgeBundle;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const dir = mkdtempSync(join(tmpdir(), "edge-bundle-"));
  project.provide("edgeBundle", await bundleEdge(dir, "gateway/test/edge-main.ts"));
  return () => rmSync(dir, { recursive: true, force: true });
}
