/** Hands backup and restore over to the gateway's own command, with the Redis and the store that are meant. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./command-line.mjs";
import { fromCaller } from "./caller.ts";
import { ROOT } from "./services/binaries.ts";
import { type DataServices, notedServices } from "./services/noted-services.ts";
import { startSeaweed } from "./services/seaweed.ts";
import { secretFiles } from "./services/secret-files.ts";
import { ServiceError } from "./services/service.ts";
import { startValkey } from "./services/valkey.ts";
import { takeFolder } from "./sole-owner.ts";
import { runStepBeside } from "./steps.ts";

const SETTINGS = join(ROOT, ".env");

/** @param args of the gateway's command. Sets the exit status. */
export async function copyData(
  what: "make" | "restore",
  data: string | undefined,
  args: string[],
): Promise<void> {
  try {
    process.exitCode = await withServices(what, data, args);
  } catch (error) {
    if (!(error instanceof ServiceError) && !(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
  process.exit();
}

async function withServices(
  what: "make" | "restore",
  data: string | undefined,
  args: string[],
): Promise<number> {
  const isGiven = Boolean(process.env.GATEWAY_REDIS_URL || process.env.GATEWAY_REDIS_URL_FILE);
  if (data === undefined && (isGiven || existsSync(SETTINGS)))
    return run(isGiven ? [] : [`--env-file=${SETTINGS}`], what, args);
  const folder = data === undefined ? join(ROOT, ".state") : fromCaller(data);
  if (what === "make" && !existsSync(join(folder, "redis")))
    throw new UsageError(`There is nothing in ${folder}: name the folder of npm run start with --data.`);
  if (await takeFolder(folder)) return withOwn(folder, what, args);
  const noted = notedServices(folder);
  if (what === "restore" || noted === undefined)
    throw new UsageError(`Something runs with ${folder}: stop it first.`);
  return runWith(noted, folder, [what, ...args]);
}

/** Nobody uses the folder: its Redis and its store run for as long as this takes. */
async function withOwn(folder: string, what: string, args: string[]): Promise<number> {
  const valkey = await startValkey({ dir: join(folder, "redis") });
  try {
    const seaweed = await startSeaweed({ dir: join(folder, "s3") });
    try {
      return await runWith({ redisUrl: valkey.url, s3: seaweed }, folder, [what, ...args]);
    } finally {
      await seaweed.stop();
    }
  } finally {
    await valkey.stop();
  }
}

async function runWith({ redisUrl, s3 }: DataServices, folder: string, args: string[]): Promise<number> {
  const own = mkdtempSync(join(folder, "copy-"));
  try {
    Object.assign(process.env, {
      GATEWAY_S3_ENDPOINT: s3.endpoint,
      GATEWAY_S3_REGION: s3.region,
      GATEWAY_S3_BUCKET: s3.bucket,
      ...secretFiles(own, {
        GATEWAY_REDIS_URL: redisUrl,
        GATEWAY_S3_ACCESS_KEY: s3.accessKey,
        GATEWAY_S3_SECRET_KEY: s3.secretKey,
      }),
    });
    return await run([], args[0]!, args.slice(1));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function run(flags: string[], what: string, args: string[]): Promise<number> {
  const command = join(ROOT, "gateway", "src", "entry", "nodejs", "backup.ts");
  return runStepBeside({ name: what, command: process.execPath, args: [...flags, command, what, ...args] });
}
