/** Handlers that behave badly, in a real gateway process whose only role is `executor`; the driver is the test's. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../../test/driver-harness.ts";
import * as rough from "../../../test/rough-extension.ts";
import { createNodeTypes } from "../../graphs/node-types.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const LEASE_MS = 1000;

let h: Harness;
let count = 0;
let gateway: ChildProcess;
let exits: string[];
let over: boolean;

beforeEach(async () => {
  exits = [];
  over = false;
  h = await createHarness(`role${(count += 1)}`, { leaseMs: LEASE_MS, nodeTypes: createNodeTypes(rough) });
  h.startDriver();
  startGateway();
});
afterEach(async () => {
  over = true;
  const gone = once(gateway, "exit");
  gateway.kill("SIGKILL");
  await gone;
  await h.close();
});

/** Started again whenever it dies, as operators do. */
function startGateway(): void {
  gateway = spawn(process.execPath, [here("main.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      // As every gateway of a test: one that starts again and again compiles nothing again.
      NODE_COMPILE_CACHE: here("../../../../.data/compiled"),
      GATEWAY_REDIS_URL: h.valkey.url,
      GATEWAY_ROLES: "executor",
      GATEWAY_KEY_PREFIX: `role${count}`,
      GATEWAY_LEASE_MS: String(LEASE_MS),
      GATEWAY_S3_ENDPOINT: "http://127.0.0.1:1",
      GATEWAY_S3_ACCESS_KEY: "none",
      GATEWAY_S3_SECRET_KEY: "none",
      GATEWAY_EXTENSIONS: here("../../../test/rough-extension.ts"),
    },
  });
  gateway.once("exit", (code, signal) => {
    if (over) return;
    exits.push(String(signal ?? code));
    startGateway();
  });
}

const graphOf = (...types: string[]): Graph => ({
  name: types.join("-"),
  nodes: types.map((type) => ({
    id: type,
    type: `raw_${type}`,
    plane: "node",
    timeout_s: 2.5,
    retry: { max_attempts: 1 },
  })),
  output: {},
});

async function errorOf(run: string): Promise<Record<string, unknown>> {
  expect((await h.waitForEnd(run)).status).toBe("failed");
  return JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "error"))!) as Record<string, unknown>;
}

describe("a handler of the node plane that", () => {
  it.each([
    ["blocks for longer than a lease", "block", "node-timeout"],
    ["exits", "exit", "handler-crashed"],
    ["leaves a rejection unheard", "reject_unheard", "handler-failed"],
    ["throws in a timer", "throw_in_timer", "handler-failed"],
  ])("%s fails by itself, and costs the gateway neither its leases nor its life", async (_, type, code) => {
    const bad = await h.submit(graphOf(type));
    const good = await h.submit(graphOf("echo"));
    expect((await h.waitForEnd(good)).status).toBe("succeeded");
    expect(await errorOf(bad)).toMatchObject({ code, instance: type });
    expect((await h.rows(bad))[type]).toMatchObject({ attempt: 1 });
    expect((await h.events(bad)).filter((event) => event.type === "node.started")).toHaveLength(1);
    expect(exits).toEqual([]);
  });

  it("takes its process along is ended after its third loss", async () => {
    const run = await h.submit(graphOf("kill"));
    const error = await errorOf(run);
    expect(error).toMatchObject({ code: "task-lost", class: "lost" });
    expect(error.reasons).toHaveLength(3);
    expect(exits).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    expect((await h.events(run)).filter((event) => event.type === "node.started")).toHaveLength(3);
  });
});
