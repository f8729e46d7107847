import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { afterAll, expect, test } from "vitest";
import { Redis } from "ioredis";
import { prepareSeaweed, startSeaweed } from "./seaweed.ts";
import { ServiceError } from "./service.ts";
import { startRedis8, startValkey } from "./valkey.ts";

const folder = mkdtempSync(join(tmpdir(), "services-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["Valkey", startValkey],
  ["Redis 8", startRedis8],
])("%s keeps what it acknowledged over kill -9", async (name, start) => {
  const server = await start({ dir: join(folder, name), args: ["--appendfsync", "always"] });
  const redis = new Redis(server.url);
  await redis.set("key", "value");
  await server.service.restart();
  expect(await redis.get("key")).toBe("value");
  redis.disconnect();
  await server.stop();
  expect(server.service.alive).toBe(false);
});

test("the object store keeps an object over kill -9 and refuses a wrong secret", async () => {
  const store = await startSeaweed({ dir: join(folder, "s3") });
  const url = `${store.endpoint}/${store.bucket}/object`;
  const client = (secretAccessKey: string): AwsClient =>
    new AwsClient({
      accessKeyId: store.accessKey,
      secretAccessKey,
      region: store.region,
      service: "s3",
      retries: 0,
    });
  expect((await client(store.secretKey).fetch(url, { method: "PUT", body: "bytes" })).ok).toBe(true);
  await store.service.restart();
  expect(await (await client(store.secretKey).fetch(url)).text()).toBe("bytes");
  expect((await client("wrong").fetch(url)).status).toBe(403);
  await store.stop();
});

test("the object store finds its credentials again", async () => {
  const [first, second] = [await prepareSeaweed({ dir: folder }), await prepareSeaweed({ dir: folder })];
  expect(second.secretKey).toBe(first.secretKey);
});

test("a server that cannot start says why", async () => {
  const started = startValkey({ dir: folder, args: ["--no-such-option", "1"] });
  await expect(started).rejects.toThrow(ServiceError);
  await expect(started).rejects.toThrow(/no-such-option/);
});

test("a server dies with a parent that is killed by force", async () => {
  const script = `import { startValkey } from ${JSON.stringify(join(import.meta.dirname, "valkey.ts"))};
    const server = await startValkey({ dir: ${JSON.stringify(join(folder, "orphan"))} });
    console.log(server.service.pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script]);
  const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
  parent.kill("SIGKILL");
  await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
});

/** A process that ended but that nobody has collected (a zombie, in a container) does not run. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
