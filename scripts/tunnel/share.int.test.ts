/** `npm run share` as a process, with a real Redis and a real gateway. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../services/binaries.ts";
import { type GatewayServer, startGateway } from "../services/gateway.ts";
import { prepareSeaweed, type SeaweedServer } from "../services/seaweed.ts";
import { startValkey, type ValkeyServer } from "../services/valkey.ts";

const dir = mkdtempSync(join(tmpdir(), "share-"));
let valkey: ValkeyServer;
let seaweed: SeaweedServer;
let gateway: GatewayServer;
beforeAll(async () => {
  valkey = await startValkey({ dir: join(dir, "redis") });
  seaweed = await prepareSeaweed({ dir: join(dir, "s3") });
  await seaweed.service.start();
  const redisUrl = valkey.urlOf("gateway");
  gateway = await startGateway({ dir: join(dir, "gateway"), redisUrl, s3: seaweed });
});
afterAll(async () => {
  await gateway.stop();
  await seaweed.stop();
  await valkey.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function status(path: string, key?: string): Promise<number> {
  const headers = key === undefined ? undefined : { authorization: `Bearer ${key}` };
  const response = await fetch(`${gateway.url}${path}`, { ...(headers ? { headers } : {}) });
  await response.body?.cancel();
  return response.status;
}

/** As cloudflared hands on what a page asks, by the way that it was given. */
function asPage(origin: string, key: string): Promise<number> {
  const log = readFileSync(join(ROOT, ".data", "share", "cloudflared.log"), "utf8");
  const [, front = "", host = ""] = /--url (\S+) --http-host-header (\S+)/.exec(log) ?? [];
  const headers = { host, origin, authorization: `Bearer ${key}`, "content-type": "application/json" };
  const body = JSON.stringify({ graph: "no-such-graph", input: {} });
  return new Promise((resolve, reject) => {
    const asked = request(`${front}/v1/runs`, { method: "POST", headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

it("closes an open gateway, lets one key in, and takes it back at Ctrl-C", async () => {
  expect(await status("/v1/runs")).toBe(200);
  const child = spawn(process.execPath, [join(ROOT, "scripts", "share.ts"), "--port", String(gateway.port)], {
    env: {
      ...process.env,
      GATEWAY_REDIS_URL: valkey.urlOf("gateway"),
      CLOUDFLARED_BIN: join(import.meta.dirname, "test", "cloudflared"),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const invited = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("shown this once")) resolve();
    }),
  );
  await Promise.race([invited, ended]);
  const key = /^KEY=(msb_\S+)$/m.exec(said)?.[1];
  expect([key, await status("/v1/runs", key), await status("/v1/runs")]).toEqual([
    expect.any(String),
    200,
    401,
  ]);
  const PAGE = "https://four-words-for-tests.trycloudflare.com";
  // What the page of the public address asks is judged; that of another one is not even read.
  expect([await asPage(PAGE, key!), await asPage("https://evil.trycloudflare.com", key!)]).toEqual([
    422, 403,
  ]);
  child.kill("SIGINT");
  expect([await ended, said]).toEqual([0, expect.stringContaining("the key revoked")]);
  await expect.poll(() => status("/v1/runs", key)).toBe(401);
});
