/** Starts one object store for all files of a project, beside the bundling: it takes seconds, and each file has its own bucket. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareSeaweed, type S3Access } from "@myspinbot/services/seaweed.ts";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    store: S3Access;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), "store-"));
  const { service, stop, ...access } = await prepareSeaweed({ dir });
  project.provide("store", access);
  // Whoever needs it waits for it, and says that it is not there.
  const started = service.start().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  return async () => {
    await started;
    await stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
