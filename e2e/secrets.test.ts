/**
 * What handlers of either plane see of the secrets of a running system, started as demo and dev start it: none in the
 * environment or the arguments of any process. Here handlers are not confined, so they see all that their user may.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt } from "./client.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let dir: string;
let stack: Stack;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-secrets-"));
  stack = await startStack({
    dir: join(dir, "data"),
    gatewayEnv: { GATEWAY_EXTENSIONS: here("extension/looker.ts") },
    gpuNodeEnv: { GPU_NODE_EXTENSIONS: here("extension/looker.py"), GPU_NODE_CONFINEMENT: "off" },
  });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function seenBy(plane: "node" | "python"): Promise<string> {
  const into = join(dir, `seen-by-${plane}`);
  const node = { id: "a", type: `look_${plane}`, plane, params: { into } };
  const graph: Graph = { name: "look", nodes: [node], output: {} };
  const run = await clientAt(stack.gateway.url).runs.submit({ graph }, { waitS: 60 });
  expect(run).toMatchObject({ status: "succeeded" });
  return readFileSync(into, "utf8");
}

function secrets(): string[] {
  const passwords = JSON.parse(readFileSync(join(dir, "data", "redis", "passwords.json"), "utf8")) as object;
  return [...(Object.values(passwords) as string[]), stack.seaweed.accessKey, stack.seaweed.secretKey];
}

describe.skipIf(!existsSync("/proc/self/environ"))("a handler that is not confined", () => {
  it.each(["node", "python"] as const)("of the plane %s sees no secret in any process", async (plane) => {
    const seen = await seenBy(plane);
    const shows = (text: string): boolean => seen.includes(text);
    // It has looked at all of them. What it saw is shown to nobody, so it is no expectation's text.
    const parts = ["entry/nodejs/main.ts", "GATEWAY_PORT=", "gpu_node", "valkey-server", "-s3.config="];
    expect(parts.filter((part) => !shows(part))).toEqual([]);
    const known = secrets();
    expect(known).toHaveLength(6);
    expect(known.map(shows)).toEqual(known.map(() => false));
  });
});

describe("the files that hold secrets", () => {
  it("are for their user alone", () => {
    const known = secrets();
    const entries = readdirSync(join(dir, "data"), { recursive: true, encoding: "utf8" });
    const holding = entries.filter((name) => {
      const path = join(dir, "data", name);
      return statSync(path).isFile() && known.some((secret) => readFileSync(path).includes(secret));
    });
    expect(holding).toContain("gateway/secrets/GATEWAY_REDIS_URL");
    for (const name of holding)
      expect([name, statSync(join(dir, "data", name)).mode & 0o077]).toEqual([name, 0]);
  });
});
