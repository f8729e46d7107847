/**
 * Strangers' requests to a gateway with keys and a Worker beside it, by turns: what is answered is described, and never
 * more than the asker may have.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Client } from "@myspinbot/client/client.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import { DEFAULT_PREFIX } from "@myspinbot/contracts/wire.ts";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type SeaweedServer, startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { clientOver } from "./client.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { wedge } from "./wedge.ts";
import { startWorkerBeside } from "./worker-beside.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = here("../.data/api-clients/venv/bin/schemathesis");
const OWNERS = ["ada", "bea"] as const;
/** A value of each kind is one that is there, most of the time. */
const PROBABILITY = 0.7;
const MOST_MS = 240_000;
/** For looking further: `--max-examples 200 --seed 7`. */
const more = (process.env.E2E_FUZZ ?? "").split(" ").filter(Boolean);

let dir: string;
let valkey: ValkeyServer;
let seaweed: SeaweedServer;
let gateway: GatewayServer;
let worker: EdgeServer;
let keys: string[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-fuzz-"));
  [valkey, seaweed] = await Promise.all([
    startValkey({ dir: join(dir, "redis") }),
    startSeaweed({ dir: join(dir, "s3") }),
  ]);
  [gateway, worker] = await Promise.all([
    startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: valkey.urlOf("gateway"), s3: seaweed },
      // Nobody delivers: addresses are made up, and some of them are somebody's.
      env: { GATEWAY_ROLES: "http,driver,executor" },
    }),
    startWorkerBeside({ dir: join(dir, "worker"), valkey, seaweed }),
  ]);
  keys = OWNERS.map((owner) => makeKey(valkey, ALL_SCOPES, owner));
});
afterAll(async () => {
  await Promise.all([gateway?.stop(), worker?.stop()]);
  await Promise.all([seaweed?.stop(), valkey?.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const example = (name: string): RunCreate =>
  JSON.parse(readFileSync(here(`../schemas/examples/run-create/valid/${name}.json`), "utf8")) as RunCreate;

/** Something of an owner's for each placeholder of a path. */
async function thingsOf(client: Client): Promise<Record<string, string[]>> {
  const { runs, files, webhooks, keys: apiKeys } = client;
  const hook = await webhooks.create({ url: "https://example.com/", events: ["run.succeeded"] });
  const { file_id } = await files.upload({ bytes: new Uint8Array(wedge(24)), mediaType: "image/png" });
  const [ended, waits] = await Promise.all(
    ["gateway-alone", "approval"].map(async (name) => (await runs.submit(example(name))).run_id),
  );
  expect((await runs.watch(ended!)).status).toBe("succeeded");
  const { deliveries } = await webhooks.deliveriesOfRun(ended!);
  const spare = await apiKeys.create({ owner: "carl", scopes: ["runs:read"] });
  return {
    run_id: [ended!, waits!],
    file_id: [file_id],
    webhook_id: [hook.webhook_id],
    delivery_id: deliveries.map(({ delivery_id }) => delivery_id),
    key_id: [spare.key.key_id],
  };
}

/** What nobody could read. */
async function deadLetter(client: Client): Promise<string> {
  const redis = new Redis(valkey.url);
  await redis.xadd(createKeys(DEFAULT_PREFIX).mail("s0"), "*", "run", "r", "body", "{");
  redis.disconnect();
  return vi.waitFor(
    async () => {
      const { dead_letters } = await client.operators.deadLetters();
      expect(dead_letters).toHaveLength(1);
      return dead_letters[0]!.dead_letter_id;
    },
    { timeout: 60_000, interval: 50 },
  );
}

/** Everything that the program reads, in its folder. */
async function prepare(): Promise<void> {
  const clients = keys.map((key) => clientOver([gateway.url, worker.url], key));
  const things = await Promise.all(clients.map(thingsOf));
  const [client] = clients;
  const executors = await client!.catalogue.executors();
  const all: Record<string, string[]> = {
    dead_letter_id: [await deadLetter(client!)],
    executor_id: executors.map(({ executor_id }) => executor_id),
    name: ["talking-avatar"],
  };
  for (const each of things)
    for (const [name, ids] of Object.entries(each)) all[name] = [...(all[name] ?? []), ...ids];
  const auth = OWNERS.map((name, i) => ({
    name,
    fixedHeaders: [{ name: "Authorization", value: `Bearer ${keys[i]}` }],
  }));
  writeFileSync(join(dir, "auth.json"), JSON.stringify({ auth }));
  writeFileSync(
    join(dir, "schemathesis.toml"),
    [readFileSync(here("api-clients/schemathesis.toml"), "utf8"), ...tables(all)].join("\n"),
  );
  copyFileSync(here("api-clients/hooks.py"), join(dir, "hooks.py"));
}

function tables(known: Record<string, string[]>): string[] {
  const names = Object.keys(known);
  return [
    ...names.map((name) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(known[name])}\n`),
    "[parameters]",
    ...names.map((name) => `${name} = { dictionary = "${name}", probability = ${PROBABILITY} }`),
  ];
}

it("is described, refuses who may not ask, and keeps owners apart, whatever is asked", async () => {
  await prepare();
  const args = ["--no-color", "run", `${gateway.url}/openapi.json`, ...more];
  const env = { ...process.env, PYTHONPATH: dir, FUZZ_SERVERS: `${gateway.url},${worker.url}` };
  const told = await promisify(execFile)(PROGRAM, args, { cwd: dir, env, timeout: MOST_MS }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    },
  );
  expect(told.stdout).toMatch(/Tested: (\d+)\n/);
  for (const phase of ["Examples", "Coverage", "Fuzzing", "Stateful"])
    expect(told.stdout, told.stdout).toContain(`✅ ${phase}`);
});
