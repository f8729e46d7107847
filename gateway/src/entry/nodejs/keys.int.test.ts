/** The command that makes the first key, as its own process over a real Redis. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../clock.ts";
import { createApiKeys } from "../../access/api-keys.ts";
import { identifyCaller } from "../../access/identify-caller.ts";
import { createKnownKeys } from "../../access/known-keys.ts";
import { createCommandClient } from "../../redis/client.ts";

const COMMAND = join(import.meta.dirname, "keys.ts");
const dir = mkdtempSync(join(tmpdir(), "keys-"));
let valkey: ValkeyServer;
beforeAll(async () => {
  valkey = await startValkey({ dir });
});
afterAll(async () => {
  await valkey.stop();
  rmSync(dir, { recursive: true, force: true });
});

const keys = (...args: string[]) => {
  const env = { PATH: process.env.PATH, GATEWAY_REDIS_URL: valkey.url };
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8", env });
};

it("makes a key that a gateway takes, lists it without its text, and revokes it", async () => {
  const made = keys(
    ...["create", "--owner", "ann", "--scopes", "runs:read,operate", "--runs-per-minute", "3", "--days", "2"],
    ...["--highest-priority", "normal"],
  );
  expect([made.status, made.stdout]).toEqual([0, expect.stringMatching(/^msb_\S+\n$/)]);
  const text = made.stdout.trim();
  expect(made.stderr).not.toContain(text.slice(-43));
  const redis = createCommandClient(valkey.url);
  const ofGateway = () =>
    createApiKeys({
      redis,
      keys: createKeys("msb"),
      shard: "s0",
      clock: systemClock,
      known: createKnownKeys(),
    });
  const presented = { authorization: `Bearer ${text}`, token: undefined };
  expect(await identifyCaller(presented, ofGateway(), systemClock)).toMatchObject({
    owner: "ann",
    scopes: ["runs:read", "operate"],
    key: { limits: { runs_per_minute: 3, highest_priority: "normal" } },
  });
  const id = text.slice(4, 30);
  const listed = keys("list").stdout;
  expect(listed).toMatch(
    new RegExp(
      `^${id}  ann  runs:read,operate  made .*  until .*  runs_per_minute 3  highest_priority normal  `,
    ),
  );
  expect(listed).not.toContain(text.slice(-43));
  // By its text, too; what is said has the id alone.
  const revoked = keys("revoke", text);
  expect([revoked.status, revoked.stderr]).toEqual([0, expect.stringContaining(`Key ${id} is revoked`)]);
  expect(keys("list")).toMatchObject({ stdout: "", stderr: "There are none.\n" });
  await expect(identifyCaller(presented, ofGateway(), systemClock)).rejects.toMatchObject({
    code: "unauthorized",
  });
  expect(keys("revoke", id)).toMatchObject({ status: 1, stderr: `There is no key ${id}.\n` });
  redis.disconnect();
});

it.each([
  [["create", "--scopes", "operate"], "--owner is missing"],
  [["create", "--owner", "a:b", "--scopes", "operate"], "--owner "],
  [["create", "--owner", "a"], "--scopes is missing: runs:write, runs:read, operate"],
  [["create", "--owner", "a", "--scopes", "all"], "--scopes must be one of"],
  [
    ["create", "--owner", "a", "--scopes", "operate", "--highest-priority", "urgent"],
    "--highest-priority must be one of",
  ],
  [["create", "--owner", "a", "--scopes", "runs:write", "runs:read"], 'create takes no "runs:read"'],
  [
    ["create", "--owner", "a", "--scopes", "operate", "--live-runs", "0"],
    "--live-runs must be a whole number",
  ],
  [["revoke"], "revoke needs the id"],
  [["show"], "Say create, list"],
])("says what is wrong with %j, and makes nothing", (args, said) => {
  const { status, stderr } = keys(...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
  expect(keys("list").stdout).toBe("");
});
