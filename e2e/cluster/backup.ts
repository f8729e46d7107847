/** The drill on a cluster: everything is copied while it works, all servers lose all, and all goes on from the copy. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { ALL_RIGHT, answered, askingInEachShard, PLAIN, SHARDS, type ClusterWorld } from "./world.ts";

const COMMAND = join(ROOT, "gateway", "src", "entry", "nodejs", "backup.ts");

interface Said {
  status: number;
  stderr: string;
}

function say(
  { cluster, seaweed }: ClusterWorld,
  args: string[],
  more: Record<string, string> = {},
): Promise<Said> {
  const env = {
    PATH: process.env.PATH,
    GATEWAY_REDIS_URL: cluster.urlOf("owner"),
    GATEWAY_SHARDS: String(SHARDS),
    GATEWAY_S3_ENDPOINT: seaweed.endpoint,
    GATEWAY_S3_REGION: seaweed.region,
    GATEWAY_S3_BUCKET: seaweed.bucket,
    GATEWAY_S3_ACCESS_KEY: seaweed.accessKey,
    GATEWAY_S3_SECRET_KEY: seaweed.secretKey,
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env }, (error, _, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stderr });
    });
  });
}

export const backUp = (world: ClusterWorld, folder: string): Promise<Said> => say(world, ["make", folder]);

export function backupTests(world: () => ClusterWorld): void {
  it("come back from a backup with the runs of all shards, and without what came after it", async () => {
    const { cluster, gateway, box, client, dir } = world();
    const folder = join(dir, "backup");
    const runs = await askingInEachShard(world());
    expect(await backUp(world(), folder)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("is whole"),
    });
    expect(
      await say(world(), ["make", join(dir, "less")], { GATEWAY_SHARDS: String(SHARDS - 1) }),
    ).toMatchObject({
      status: 1,
      stderr: "Redis holds shard s3, and GATEWAY_SHARDS is 3: set it as the gateways have it.\n",
    });
    const later = await client.runs.submit({ graph: PLAIN });
    await Promise.all([gateway.stop(), box.stop()]);
    expect((await say(world(), ["restore", folder])).stderr).toContain("Redis is not empty, it holds msb:");
    for (const { url } of cluster.servers) {
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
    }
    expect(await say(world(), ["restore", folder])).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/Restored \d+ keys and 0 objects/),
    });
    await Promise.all([gateway.service.start(), box.service.start()]);
    expect(await answered(world(), runs.values())).toMatchObject(ALL_RIGHT);
    await expect(client.runs.get(later.run_id)).rejects.toMatchObject({ code: "run-not-found" });
  });
}
