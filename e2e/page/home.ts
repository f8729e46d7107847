/** What all tests of the page share: a browser out of a package, real servers, and visitors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { NO_BROWSER, openBrowser, visit, type Visitor } from "../browser.ts";
import type { Front } from "./front.ts";

interface Servers {
  valkey: ValkeyServer;
  gateway: GatewayServer;
  stop(): Promise<void>;
}

/** Filled before the first test. */
export class Home {
  browser!: Browser;
  valkey!: ValkeyServer;
  gateway!: GatewayServer;
  client!: Client;

  get base(): string {
    return this.gateway.url;
  }

  get front(): Front {
    return { browser: this.browser, base: this.base, client: this.client, called: "" };
  }

  visit(options?: BrowserContextOptions): Promise<Visitor> {
    return visit(this.browser, this.base, options);
  }
}

/**
 * Where the packed browser does not run it says so; CI fails then.
 * @param start is given an empty folder; says how to stop what it has started
 */
export function describeInBrowser(
  title: string,
  home: Pick<Home, "browser">,
  start: (dir: string) => Promise<() => Promise<void>>,
  tests: () => void,
): void {
  if (NO_BROWSER !== undefined) console.warn(`The page is not tested: ${NO_BROWSER}.`);
  describe.skipIf(NO_BROWSER !== undefined && process.env.CI === undefined)(title, () => {
    let dir: string;
    let stop: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
      dir = mkdtempSync(join(tmpdir(), "myspinbot-page-"));
      const opened = openBrowser().then((browser) => (home.browser = browser));
      stop = await start(dir);
      await opened;
    });
    afterAll(async () => {
      await home.browser?.close();
      await stop?.();
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    });
    tests();
  });
}

export function describePage(
  title: string,
  start: (dir: string) => Promise<Servers>,
  tests: (home: Home) => void,
): void {
  const home = new Home();
  const begin = async (dir: string): Promise<() => Promise<void>> => {
    const servers = await start(dir);
    home.valkey = servers.valkey;
    home.gateway = servers.gateway;
    home.client = createClient({ base: home.base, runtime: systemRuntime });
    return servers.stop;
  };
  describeInBrowser(title, home, begin, () => tests(home));
}

/** A gateway, and no box. */
export async function startAlone(dir: string, env: Readonly<Record<string, string>> = {}): Promise<Servers> {
  const [valkey, store] = await Promise.all([
    startValkey({ dir: join(dir, "redis") }),
    startSeaweed({ dir: join(dir, "s3") }),
  ]);
  const gateway = await startGateway({
    ...{ dir: join(dir, "gateway"), redisUrl: valkey.urlOf("gateway"), s3: store },
    env: { GATEWAY_DRAIN_GRACE_MS: "500", ...env },
  });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await Promise.all([valkey.stop(), store.stop()]);
  };
  return { valkey, gateway, stop };
}
