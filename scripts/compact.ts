/** `npm run compact`: takes what was deleted off the disk, out of the data of `npm run dev` and of the last demo. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./command-line.mjs";
import { compactRedis } from "./services/compact-redis.ts";
import { compactStore } from "./services/compact-store.ts";
import { ROOT } from "./services/binaries.ts";
import { ServiceError } from "./services/service.ts";
import { takeFolder } from "./sole-owner.ts";

/** Who uses a folder, and where its data lie. */
const PLACES = [
  { command: "npm run dev", folder: join(ROOT, ".data", "dev"), data: "." },
  { command: "npm run demo", folder: join(ROOT, ".data", "demo"), data: "state" },
];

try {
  for (const { command, folder, data } of PLACES) {
    if (!existsSync(folder)) continue;
    if (!(await takeFolder(folder))) throw new UsageError(`${command} runs in this checkout: stop it first.`);
    await compact(join(folder, data));
  }
} catch (error) {
  if (!(error instanceof ServiceError) && !(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
process.exit();

async function compact(dir: string): Promise<void> {
  const steps = [
    { part: "redis", step: compactRedis },
    { part: "s3", step: compactStore },
  ];
  for (const { part, step } of steps) {
    const place = join(dir, part);
    if (!existsSync(place) && !existsSync(`${place}.old`)) continue;
    console.log(`compacting ${place}`);
    await step(place);
  }
}
