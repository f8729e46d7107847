/** The page in a real browser where no box is: what it costs to open, and what it says of waits and of files that are gone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type SeaweedServer, startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_BROWSER, openBrowser, visit } from "./browser.ts";
import { FIRST_LOADS, scriptBytes } from "./first-load.ts";

let dir: string;
let valkey: ValkeyServer;
let store: SeaweedServer;
let gateway: GatewayServer;
let browser: Browser;
let client: Client;

describe.skipIf(NO_BROWSER !== undefined && process.env.CI === undefined)("the page alone", () => {
  beforeAll(async () => {
    if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
    dir = mkdtempSync(join(tmpdir(), "myspinbot-alone-"));
    [browser, valkey, store] = await Promise.all([
      openBrowser(),
      startValkey({ dir: join(dir, "redis") }),
      startSeaweed({ dir: join(dir, "s3") }),
    ]);
    gateway = await startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: valkey.urlOf("gateway"), s3: store },
      env: { GATEWAY_DRAIN_GRACE_MS: "500" },
    });
    client = createClient({ base: gateway.url, runtime: systemRuntime });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    await Promise.all([valkey?.stop(), store?.stop()]);
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  it.each(FIRST_LOADS)("$name loads no more scripts at first than it may", async ({ path, ready, limit }) => {
    const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.goto(path(run_id));
    await page.locator(ready).first().waitFor();
    const bytes = await scriptBytes(page);
    expect(bytes, "there are scripts").toBeGreaterThan(20_000);
    expect(bytes).toBeLessThanOrEqual(limit);
    expect(complaints).toEqual([]);
    await close();
  });
});
