/** The page when luck is bad: nobody looks, nobody answers, something is old, refused or not here any more. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type SeaweedServer, startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings, NO_BROWSER, openBrowser, shoot, visit } from "./browser.ts";
import { makeKey } from "./make-key.ts";

/** Asks two people, one after the other: nobody has to be there to work on it. */
const ASKS: Graph = {
  name: "asks",
  input: { text: "Text" },
  nodes: [ask("first", "Is this right?", "$input.text"), ask("second", "Is it right still?", "$first.text")],
  output: { text: "$second.text" },
};
function ask(id: string, message: string, text: string): Graph["nodes"][number] {
  return { id, type: "approval", plane: "node", params: { message }, inputs: { text } };
}

let dir: string;
let valkey: ValkeyServer;
let store: SeaweedServer;
let gateway: GatewayServer;
let browser: Browser;
let client: Client;
let receiver: Server;
/** What the receiver of webhooks answers. */
let verdict: number;

describe.skipIf(NO_BROWSER !== undefined && process.env.CI === undefined)("the page in trouble", () => {
  beforeAll(async () => {
    if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
    dir = mkdtempSync(join(tmpdir(), "myspinbot-troubles-"));
    receiver = createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(verdict).end());
    }).listen(0, "127.0.0.1");
    [browser, valkey, store] = await Promise.all([
      openBrowser(),
      startValkey({ dir: join(dir, "redis") }),
      startSeaweed({ dir: join(dir, "s3") }),
    ]);
    gateway = await startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: valkey.urlOf("gateway"), s3: store },
      env: { GATEWAY_WEBHOOK_LOCAL: "true", GATEWAY_DRAIN_GRACE_MS: "500" },
    });
    client = createClient({ base: gateway.url, runtime: systemRuntime });
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    await Promise.all([valkey?.stop(), store?.stop()]);
    receiver?.close();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  it("gives its connection back while nobody looks, and goes on by number then, and after a sleep", async () => {
    const run = await asking();
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.clock.install();
    await page.goto(`/runs/${run}`);
    await page.getByRole("region", { name: "Is this right?" }).waitFor();
    const asked: (string | undefined)[] = [];
    page.on("request", (request) => {
      if (isStream(request)) asked.push(request.headers()["last-event-id"]);
    });

    const slept = await lastOf(run);
    const anew = page.waitForRequest(isStream);
    await page.clock.fastForward("01:00:00");
    await anew;
    expect(asked).toEqual([String(slept)]);

    const left = page.waitForEvent("requestfailed", isStream);
    await look(page, false);
    await page.clock.fastForward(21_000);
    await left;
    await client.runs.resume(run, { node_id: "first", decision: "accept" });
    const later = async (): Promise<string> => {
      await page.clock.fastForward(20_000);
      return page.title();
    };
    await expect.poll(later).toMatch(/^50 %/);
    expect(asked, "while nobody looks").toHaveLength(1);
    await look(page, true);
    await page.getByRole("region", { name: "Is it right still?" }).waitFor();
    expect(asked).toEqual([String(slept), String(slept)]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("is loaded anew, once, when a deploy took away what it asks for", async () => {
    const { run_id: run } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { page, complaints, close } = await visit(browser, gateway.url);
    let documents = 0;
    const known = new Set<string>();
    let isTaken = (_path: string): boolean => false;
    page.on("request", (request) => {
      if (request.isNavigationRequest()) documents += 1;
    });
    await page.route("**/_app/immutable/**/*.js", async (route) => {
      const path = new URL(route.request().url()).pathname;
      if (isTaken(path)) return route.fulfill({ status: 404 });
      known.add(path);
      return route.continue();
    });
    await page.goto(`/runs/${run}?tab=time`);
    await page.getByRole("tab", { name: "Graph" }).waitFor();
    await page.route("**/_app/version.json", (route) => route.fulfill({ json: { version: "newer" } }));
    const before = new Set(known);
    isTaken = (path) => !before.has(path);
    documents = 0;
    await page.getByRole("tab", { name: "Graph" }).click();
    await page.getByText("This part of the page did not come.").waitFor();
    await expect.poll(() => documents, { message: "loaded anew" }).toBe(1);
    await page.getByText("This part of the page did not come.").waitFor();
    expect(await findings(page)).toEqual([]);
    isTaken = () => false;
    await page.getByRole("button", { name: "Load the page again" }).click();
    await page.getByRole("region", { name: "Drawing of the graph" }).waitFor();
    expect(documents).toBe(2);

    isTaken = (path) => documents === 2 && !known.has(path);
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Box" }).click();
    await page.getByRole("heading", { name: "Box" }).waitFor();
    expect(documents, "a page that did not come").toBe(3);
    expect(complaints.filter((each) => !/dynamically imported module/.test(each))).toEqual([]);
    await close();
  });

  it("says that the gateway is away, and goes on by itself when it is back", async () => {
    const maker = await visit(browser, gateway.url);
    await maker.page.goto("/make/talking-avatar");
    const other = maker.page.getByRole("link", { name: "Speech" });
    await other.waitFor();
    const owner = await visit(browser, gateway.url);
    await owner.page.goto("/runs");
    const box = owner.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Box" });
    await box.waitFor();
    await gateway.service.kill();
    await Promise.all([other.click(), box.click()]);
    await maker.page.getByRole("heading", { name: "The gateway does not answer" }).waitFor();
    await owner.page.getByRole("heading", { name: "The page did not come" }).waitFor();
    await shoot(owner.page, "box away desk light");
    await gateway.service.start();
    await maker.page.getByRole("textbox", { name: "Words" }).waitFor();
    await owner.page.getByRole("heading", { name: "Box" }).waitFor();
    await Promise.all([maker.close(), owner.close()]);
  });

  it("says of a run that nobody began that it was not begun in time", async () => {
    const { run_id } = await client.runs.submit({
      ...{ graph: "speak", input: { text: "Hello." } },
      deadlines: { start_s: 0.5 },
    });
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.goto(`/runs/${run_id}`);
    await page.getByText("Not started in time").first().waitFor();
    await page.getByText("No box took it in time. Run it again when one is online.").waitFor();
    await page.getByRole("link", { name: "Change and run again" }).waitFor();
    expect(await findings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("refuses pictures that no box reads before they are sent, and says what the gateway says of others", async () => {
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.goto("/make/talking-avatar");
    const portrait = page.locator("[data-pointer='/portrait']");
    const choose = (name: string, mimeType: string) =>
      portrait
        .getByLabel("Choose a photo")
        .setInputFiles({ name, mimeType, buffer: Buffer.from("no picture") });
    await choose("a.heic", "image/heic");
    await portrait.getByText("a.heic is no file of this kind. JPEG, PNG or WebP").waitFor();
    await choose("a.png", "image/png");
    await portrait.getByText('The bytes of "a.png" are not image/png.').waitFor();
    expect(await portrait.getByRole("img").count(), "no broken picture").toBe(0);
    await page.route("**/v1/files", (route) => route.fulfill(FULL), { times: 1 });
    await portrait.getByLabel("Choose a photo").setInputFiles({ ...PICTURE });
    await portrait.getByText("There is no room left to work").waitFor();
    await portrait.getByRole("button", { name: "Try again" }).click();
    await portrait.getByRole("button", { name: "Remove" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("works where the browser keeps nothing", async () => {
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await page.goto("/make/speak");
    await page.getByRole("textbox", { name: "Words" }).fill("Hello.");
    await page.getByText("This browser keeps no draft").waitFor();
    await page.getByRole("button", { name: "Speak" }).click();
    await page.waitForURL(/\/runs\/run_/);
    await page.getByText("No box is online. The run waits for one.").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { name: /^Stopped/ }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows what webhooks were told of a run, and tells them again where one may", async () => {
    verdict = 500;
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const run = await asking({ webhook: { url, events: ["run.waiting"] } });
    const { page, complaints, close } = await visit(browser, gateway.url);
    await page.goto(`/runs/${run}?tab=deliveries`);
    const told = page.locator("[data-delivery]");
    await told.filter({ hasText: "1. 500" }).filter({ hasText: "On its way" }).waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot(page, "run deliveries desk light");
    verdict = 204;
    await told.getByRole("button", { name: "Redeliver" }).click();
    await told
      .filter({ hasText: /\d\. 204/ })
      .filter({ hasText: "Delivered" })
      .waitFor();

    // The first key closes the gateway to everybody without one: whoever watches is asked for theirs.
    await page.getByLabel("API key").fill(makeKey(valkey, "runs:read"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await told.getByRole("button", { name: "Redeliver" }).click();
    await told.getByText("This key may watch, and send nothing.").waitFor();
    await told.getByRole("button", { name: "Redeliver" }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await close();
  });
});

/** The smallest picture that there is. */
const PICTURE = {
  ...{ name: "b.png", mimeType: "image/png" },
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
};
const FULL = {
  ...{ status: 507, contentType: "application/problem+json" },
  headers: { "retry-after": "60" },
  json: {
    ...{ type: "https://schemas.myspinbot.dev/problems/disk-full", title: "There is no room left to work" },
    ...{ status: 507, code: "disk-full", class: "retryable", detail: "0 bytes are free." },
  },
};

/** A run that waits for the first of its people. */
async function asking(more: object = {}): Promise<string> {
  const { run_id } = await client.runs.submit({ graph: ASKS, input: { text: "Hello." }, ...more });
  await expect.poll(async () => (await client.runs.get(run_id)).status).toBe("waiting");
  return run_id;
}

async function lastOf(run: string): Promise<number> {
  return (await client.runs.events(run, { limit: 1000 })).events.at(-1)!.seq;
}

function isStream(request: Request): boolean {
  return /\/v1\/runs\/[^/]+\/events/.test(request.url()) && request.headers().accept === "text/event-stream";
}

/** Whether somebody looks at the page. */
async function look(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((isSeen) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => !isSeen });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isSeen);
}
