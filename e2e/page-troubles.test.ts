/** The page when luck is bad: nobody looks, nobody answers, something is old, refused or not here any more. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "@myspinbot/client/client.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { DEFAULT_PREFIX } from "@myspinbot/contracts/wire.ts";
import { Redis } from "ioredis";
import type { Locator, Page, Request } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { findings, shoot } from "./browser.ts";
import { makeKey } from "./make-key.ts";
import { describePage, startAlone } from "./page/home.ts";
import { looks } from "./page/looks.ts";
import { PICTURE } from "./page/picture.ts";

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

/** Also for what stands below the tests. */
let client: Client;
let receiver: Server;
/** What the receiver of webhooks answers. */
let verdict: number;

describePage(
  "the page in trouble",
  (dir) => startAlone(dir, { GATEWAY_WEBHOOK_LOCAL: "true" }),
  (home) => {
    beforeAll(() => {
      client = home.client;
      receiver = createServer((request, response) => {
        request.resume().on("end", () => response.writeHead(verdict).end());
      }).listen(0, "127.0.0.1");
    });
    afterAll(() => receiver?.close());

    it("gives its connection back while nobody looks, and goes on by number then, and after a sleep", async () => {
      const run = await asking();
      const { page, complaints, close } = await home.visit();
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

    it("asks again what somebody is asked, where the first answer was none", async () => {
      const run = await asking();
      const { page, complaints, close } = await home.visit();
      await page.clock.install();
      await page.goto(`/runs/${run}`);
      await page.getByRole("region", { name: "Is this right?" }).waitFor();
      let asked = 0;
      await page.route(`**/v1/runs/${run}`, (route) => {
        asked += 1;
        return asked === 1 ? route.fulfill(GONE) : route.continue();
      });
      await client.runs.resume(run, { node_id: "first", decision: "accept" });
      await later(page, page.getByRole("region", { name: "Is it right still?" }), 20_000);
      expect(asked).toBe(2);
      expect(complaints).toEqual([]);
      await close();
    });

    it("notices a gateway that has fallen silent in the middle, and goes on by number when it speaks again", async () => {
      const run = await asking();
      const { page, complaints, close } = await home.visit();
      await page.clock.install();
      await page.goto(`/runs/${run}`);
      await page.getByRole("region", { name: "Is this right?" }).waitFor();
      const { pid } = home.gateway.service;
      process.kill(pid, "SIGSTOP");
      onTestFinished(() => void process.kill(pid, "SIGCONT"));
      // Longer than a stream that lives is silent, and than an answer takes.
      const away = page.getByText("The gateway does not answer. The run goes on without this page");
      const later = async (): Promise<number> => {
        await page.clock.fastForward(20_000);
        return away.count();
      };
      await expect.poll(later).toBe(1);
      const again = page.waitForRequest(isStream);
      process.kill(pid, "SIGCONT");
      // It tries again at once when that may be worth it.
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await away.waitFor({ state: "detached" });
      expect((await again).headers()["last-event-id"]).toBe(String(await lastOf(run)));
      expect(complaints).toEqual([]);
      await close();
    });

    it("says which events it could not get, and that the run was deleted while it was looked at", async () => {
      const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
      const run = await client.runs.get(run_id);
      const { page, complaints, close } = await home.visit();
      const frames = [
        { id: 1, event: "snapshot", data: { seq: 1, run: { ...run, status: "running" } } },
        { id: 5, event: "gap", data: { from: 2, to: 5 } },
      ];
      const body = frames.map(({ id, event, data }) => frameOf(id, event, data)).join("");
      let answer: object = { contentType: "text/event-stream", body };
      await page.route(isEvents, (route) => route.fulfill(answer));
      await page.goto(`/runs/${run_id}?tab=events`);
      await page
        .getByText("The events 2 to 5 are not there any more; the state above is right all the same.")
        .waitFor();
      await looks(page, "run gap");
      answer = GONE;
      await page.getByRole("alert").getByText("This run was deleted. Below is how it was last.").waitFor();
      await page.getByRole("heading", { name: "Hello." }).waitFor();
      const cancel = page.getByRole("button", { name: /^(Cancel|Copy a link)/ });
      const again = page.getByRole("link", { name: "Change and run again" });
      expect(await cancel.or(again).count(), "nothing can be done with it").toBe(0);
      // How long it took is not known.
      await page.getByText("…", { exact: true }).waitFor();
      await looks(page, "run deleted");
      expect(complaints).toEqual([]);
      await close();
    });

    it("ends where the stream says that nothing follows", async () => {
      const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
      const { page, complaints, close } = await home.visit();
      let asked = 0;
      await page.route(isEvents, async (route) => {
        asked += 1;
        if (asked > 1) return route.fulfill({ status: 204 });
        const run = await client.runs.get(run_id);
        await route.fulfill({
          contentType: "text/event-stream",
          body: frameOf(1, "snapshot", { seq: 1, run }),
        });
        await client.runs.cancel(run_id, { waitS: 10 });
      });
      await page.goto(`/runs/${run_id}`);
      await page.getByRole("heading", { name: /^Stopped/ }).waitFor();
      expect(complaints).toEqual([]);
      await close();
    });

    it("is loaded anew, once, when a deploy took away what it asks for", async () => {
      const { run_id: run } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
      const { page, complaints, close } = await home.visit();
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
      const maker = await home.visit();
      await maker.page.clock.install();
      await maker.page.goto("/make/talking-avatar");
      const other = maker.page.getByRole("link", { name: "Speech" });
      await other.waitFor();
      const owner = await home.visit();
      await owner.page.clock.install();
      await owner.page.goto("/runs");
      const box = owner.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Box" });
      await box.waitFor();
      await home.gateway.service.kill();
      await Promise.all([other.click(), box.click()]);
      await later(maker.page, maker.page.getByRole("heading", { name: "The gateway does not answer" }));
      await later(owner.page, owner.page.getByRole("heading", { name: "The page did not come" }));
      await shoot(owner.page, "box away desk light");
      await home.gateway.service.start();
      await later(maker.page, maker.page.getByRole("textbox", { name: "Words" }));
      await later(owner.page, owner.page.getByRole("heading", { name: "Box" }));
      await Promise.all([maker.close(), owner.close()]);
    });

    it("says of a run that nobody began that it was not begun in time", async () => {
      const { run_id } = await client.runs.submit({
        ...{ graph: "speak", input: { text: "Hello." } },
        deadlines: { start_s: 0.5 },
      });
      const { page, complaints, close } = await home.visit();
      await page.goto(`/runs/${run_id}?tab=log`);
      await page.getByText("Not started in time").first().waitFor();
      await page.getByText("No box took it in time. Run it again when one takes work.").waitFor();
      await page.getByRole("link", { name: "Change and run again" }).waitFor();
      const told = page.getByRole("tabpanel");
      await told.getByText("Nothing was logged.").waitFor();
      await page.getByRole("tab", { name: "Files" }).click();
      await told.getByText("There are no files.").waitFor();
      expect(await findings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    it("refuses pictures that no box reads before they are sent, and says what the gateway says of others", async () => {
      const { page, complaints, close } = await home.visit();
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
      const { page, complaints, close } = await home.visit();
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
      await page.getByText("No box takes work now. The run waits for one.").waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("heading", { name: /^Stopped/ }).waitFor();
      await page.getByText("Nothing was being worked on.").waitFor();
      expect(complaints).toEqual([]);
      await close();
    });

    it("shows what nobody could read, and puts it back when told", async () => {
      const redis = new Redis(home.valkey.url);
      await redis.xadd(createKeys(DEFAULT_PREFIX).mail("s0"), "*", "run", "r", "body", "{");
      redis.disconnect();
      const idOf = async () => (await client.operators.deadLetters()).dead_letters[0]?.dead_letter_id;
      await expect.poll(idOf).toBeDefined();
      const first = await idOf();
      const { page, complaints, close } = await home.visit();
      await page.goto("/box/dead-letters");
      await page.getByText(first!).waitFor();
      await page.getByRole("button", { name: "What it said" }).click();
      await page.locator("main pre").getByText('"body": "{"').waitFor();
      await looks(page, "box letter");
      await page.getByRole("button", { name: "Redrive" }).click();
      const asked = page.getByRole("dialog", { name: "Put it back?" });
      await asked.waitFor();
      await looks(page, "box redrive");
      await asked.getByRole("button", { name: "Redrive" }).click();
      await asked.waitFor({ state: "detached" });
      // Nobody can read it still, so it comes back under another id.
      await expect.poll(async () => [undefined, first].includes(await idOf())).toBe(false);
      await page.reload();
      await page.getByText((await idOf())!).waitFor();
      expect(complaints).toEqual([]);
      await close();
    });

    it("shows what webhooks were told of a run, and tells them again where one may", async () => {
      verdict = 500;
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const run = await asking({ webhook: { url, events: ["run.waiting"] } });
      const { page, complaints, close } = await home.visit();
      await page.clock.install();
      await page.goto(`/runs/${run}?tab=deliveries`);
      const told = page.locator("[data-delivery]");
      await later(page, told.filter({ hasText: "1. 500" }).filter({ hasText: "On its way" }));
      await looks(page, "run deliveries");
      const kept = await client.webhooks.create({ url, events: ["run.waiting"] });
      await asking();
      await page.goto("/box/deliveries");
      await later(page, told.filter({ hasText: "1. 500" }).filter({ hasText: "run.waiting · its run" }));
      await looks(page, "box deliveries told");
      await client.webhooks.delete(kept.webhook_id);
      await page.goto(`/runs/${run}?tab=deliveries`);
      verdict = 204;
      await told.getByRole("button", { name: "Redeliver" }).click();
      await later(page, told.filter({ hasText: /\d\. 204/ }).filter({ hasText: "Delivered" }));

      // The first key closes the gateway to everybody without one: whoever watches is asked for theirs.
      await page.getByLabel("API key").fill(makeKey(home.valkey, "runs:read"));
      await page.getByRole("button", { name: "Sign in" }).click();
      await told.getByRole("button", { name: "Redeliver" }).click();
      await told.getByText("This key may watch, and send nothing.").waitFor();
      await told.getByRole("button", { name: "Redeliver" }).waitFor({ state: "detached" });
      expect(complaints).toEqual([]);
      await close();
    });
  },
);

const FULL = {
  ...{ status: 507, contentType: "application/problem+json" },
  headers: { "retry-after": "60" },
  json: {
    ...{ type: "https://schemas.myspinbot.dev/problems/disk-full", title: "There is no room left to work" },
    ...{ status: 507, code: "disk-full", class: "retryable", detail: "0 bytes are free." },
  },
};

const GONE = {
  ...{ status: 404, contentType: "application/problem+json" },
  json: {
    ...{ type: "https://schemas.myspinbot.dev/problems/run-not-found", title: "The run does not exist" },
    ...{ status: 404, code: "run-not-found", class: "permanent", detail: "There is none." },
  },
};

const isEvents = ({ pathname }: URL): boolean => /\/v1\/runs\/[^/]+\/events$/.test(pathname);

function frameOf(id: number, event: string, data: object): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

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

/** What a page shows that asks now and then: its clock runs ahead, and no faster than answers come on a busy machine. */
async function later(page: Page, of: Locator, ms = 5_000): Promise<void> {
  const look = async (): Promise<number> => {
    const found = await of.count();
    if (found === 0) await page.clock.fastForward(ms);
    return found;
  };
  await expect.poll(look, { interval: 1_000 }).toBe(1);
}

/** Whether somebody looks at the page. */
async function look(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((isSeen) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => !isSeen });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isSeen);
}
