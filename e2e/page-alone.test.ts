/** The page in a real browser where no box is: what it costs to open, and what it says of waits and of files that are gone. */
import type { Capabilities, Run } from "@myspinbot/contracts/types.ts";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { FIRST_LOADS, scriptBytes } from "./first-load.ts";
import { describePage, startAlone } from "./page/home.ts";
import { looks } from "./page/looks.ts";
import { PICTURE } from "./page/picture.ts";

describePage("the page alone", startAlone, (home) => {
  it.each(FIRST_LOADS)("$name loads no more scripts at first than it may", async ({ path, ready, limit }) => {
    const { run_id } = await home.client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { page, complaints, close } = await home.visit();
    await page.goto(path(run_id));
    await page.locator(ready).first().waitFor();
    const bytes = await scriptBytes(page);
    expect(bytes, "there are scripts").toBeGreaterThan(20_000);
    expect(bytes).toBeLessThanOrEqual(limit);
    expect(complaints).toEqual([]);
    await close();
  });

  it("says how long a run will wait", async () => {
    const { run_id } = await home.client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const run = await home.client.runs.get(run_id);
    const queue = { matching_executors: 1, position: 2, eta_s: 80, ends_in_s: 130 };
    const sentence = "2 tasks before it. About 1 min 20 s to wait. Done in about 2 min 10 s.";
    const { page, complaints, close } = await home.visit();
    await page.route("**/v1/runs/*/events**", (route) =>
      route.fulfill({ contentType: "text/event-stream", body: snapshotOf({ ...run, queue }) }),
    );
    await page.goto(`/runs/${run_id}`);
    await page.locator("[data-stage]").getByText(sentence, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("says of a run that was kept for its time that it is gone", async () => {
    const { page, complaints, close } = await home.visit();
    await page.route("**/v1/runs/run_s0_01M8PXM69NKZ1H9KSJFZCYMT8Q**", (route) => route.fulfill(GONE));
    await page.goto("/runs/run_s0_01M8PXM69NKZ1H9KSJFZCYMT8Q");
    await page.getByText("It was kept for its time after its end, and then deleted with all").waitFor();
    await looks(page, "run kept for its time");
    expect(complaints.filter((each) => !each.includes("410"))).toEqual([]);
    await close();
  });

  it("says how long a film takes before it is asked for, as far as that is known", async () => {
    const { page, complaints, close } = await home.visit();
    await page.route("**/v1/capabilities", async (route) => {
      const response = await route.fetch();
      const known = (await response.json()) as Capabilities;
      const graphs = [{ graph: "talking-avatar", ends_in_s: 42 }];
      await route.fulfill({ response, json: { ...known, graphs } });
    });
    await page.goto("/make/talking-avatar");
    await page.getByText("No box takes work now. The run will wait for one. Done in about 42 s.").waitFor();
    await page.goto("/make/speak");
    await page.getByText("No box takes work now. The run will wait for one.", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("says that a look at a photo is a run, where the key has used what it may", async () => {
    const { page, complaints, close } = await home.visit();
    await page.route("**/v1/capabilities", async (route) => {
      const response = await route.fetch();
      const known = (await response.json()) as Capabilities;
      const engines = [{ name: "landmarks", available: true }];
      const looker = { type: "prepare_portrait", plane: "python", executors_online: 1, engines };
      await route.fulfill({ response, json: { ...known, node_types: [looker] } });
    });
    await page.route("**/v1/runs", (route) => route.fulfill(TOO_MANY));
    await page.goto("/make/talking-avatar");
    await page.getByRole("textbox", { name: "Words" }).fill("Hello.");
    await page
      .locator("[data-pointer='/portrait']")
      .getByLabel("Choose a photo")
      .setInputFiles({ ...PICTURE });
    await page
      .locator("[data-trial]")
      .getByText(`No box has looked at it, since that counts as a run. ${TOO_MANY.json.detail}`)
      .waitFor();
    await page.getByRole("button", { name: "Make the film" }).click();
    const refused = page.getByRole("alert").filter({ hasText: TOO_MANY.json.title });
    await refused.getByText("count as runs, too").waitFor();
    await looks(page, "make limit");
    expect(complaints).toEqual([]);
    await close();
  });

  it.each([
    ["/runs?graph=nope", "There are no such runs."],
    ["/make/nope", "There is no graph of this name here."],
    ["/make/speak?from=run_s0_none", "The run that was to be made again was deleted, or its time was over."],
  ])("says what is not there: %s", async (path, words) => {
    const { page, complaints, close } = await home.visit();
    await page.goto(path);
    await page.getByText(words, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("lists runs by their words, newest first, older ones behind them, and those of one state", async () => {
    const runs: string[] = [];
    for (let i = 0; i <= 20; i += 1) {
      const { run_id } = await home.client.runs.submit({ graph: "speak", input: { text: `Run ${i}.` } });
      runs.push(run_id);
    }
    await home.client.runs.cancel(runs.at(-1)!, { waitS: 10 });
    const { page, complaints, close } = await home.visit();
    await page.goto("/runs");
    const rows = page.getByRole("main").getByRole("listitem");
    await rows.first().getByText("Run 20.", { exact: true }).waitFor();
    expect(await rows.count()).toBe(20);
    await page.getByRole("link", { name: "Older runs" }).click();
    await rows.first().getByText("Run 0.", { exact: true }).waitFor();
    await page
      .getByRole("navigation", { name: "Which runs" })
      .getByRole("link", { name: "Canceled" })
      .click();
    await rows.first().getByText("Run 20.", { exact: true }).waitFor();
    expect(await rows.filter({ hasText: "Canceled" }).count(), "of that state alone").toBe(
      await rows.count(),
    );
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows the link to a run where the browser lets no page copy it", async () => {
    const { run_id } = await home.client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { page, complaints, close } = await home.visit();
    await page.addInitScript(() => void Reflect.deleteProperty(Navigator.prototype, "clipboard"));
    await page.goto(`/runs/${run_id}`);
    await page.getByRole("button", { name: "Copy a link to this run" }).click();
    expect(await page.getByLabel("Copy this link:").inputValue()).toBe(`${home.base}/runs/${run_id}`);
    await looks(page, "run link");
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes a photo by the camera of a desktop, and says why not", async () => {
    const { page, complaints, close } = await home.visit();
    await page.goto("/make/talking-avatar");
    const portrait = page.locator("[data-pointer='/portrait']");
    const camera = page.getByRole("dialog", { name: "Take a photo" });
    const open = () => portrait.getByRole("button", { name: "Take a photo with the camera" }).click();
    for (const [name, words] of [
      ["NotAllowedError", "The camera is not allowed here. Allow it in the browser, or choose a file."],
      ["NotFoundError", "There is no camera. Choose a file instead."],
    ] as const) {
      await setCamera(page, name);
      await open();
      await camera.getByRole("alert").getByText(words).waitFor();
      expect(await camera.getByRole("button", { name: "Take the photo" }).isDisabled()).toBe(true);
      if (name === "NotAllowedError") await looks(page, "make camera refused");
      await page.keyboard.press("Escape");
      await camera.waitFor({ state: "detached" });
    }
    await setCamera(page, undefined);
    await open();
    await camera.locator("button:enabled", { hasText: "Take the photo" }).waitFor();
    await looks(page, "make camera");
    await camera.getByRole("button", { name: "Take the photo" }).click();
    await camera.waitFor({ state: "detached" });
    await portrait.getByText("photo.jpg").waitFor();
    const size = await portrait
      .getByRole("img")
      .evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]);
    expect(size).toEqual([320, 240]);
    expect(await page.evaluate(() => (globalThis as unknown as Seen).seen.active), "is off again").toBe(
      false,
    );
    await portrait.getByRole("button", { name: "Take a part of it" }).click();
    await page.getByRole("dialog", { name: "Which part?" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

const TOO_MANY = {
  ...{ status: 429, contentType: "application/problem+json" },
  headers: { "retry-after": "50" },
  json: {
    type: "https://schemas.myspinbot.dev/problems/too-many-requests",
    ...{ title: "A limit of the key is reached", status: 429, code: "too-many-requests", class: "retryable" },
    detail: "The key may have 2 runs within a minute; try again in 50 s.",
  },
};

const GONE = {
  ...{ status: 410, contentType: "application/problem+json" },
  json: {
    type: "https://schemas.myspinbot.dev/problems/run-gone",
    ...{
      title: "The run was kept for its time and is gone",
      status: 410,
      code: "run-gone",
      class: "permanent",
    },
    detail: "The run was kept for its time after its end.",
  },
};

/** The stream of what the fake camera sees. */
interface Seen {
  seen: MediaStream;
}

function snapshotOf(run: Run): string {
  return `id: 1\nevent: snapshot\ndata: ${JSON.stringify({ seq: 1, run })}\n\n`;
}

/** The packed browser has no camera: a drawing stands in for what it sees, or an error for why there is none. */
async function setCamera(page: Page, refusal: string | undefined): Promise<void> {
  await page.evaluate((refusal) => {
    navigator.mediaDevices.getUserMedia = async () => {
      if (refusal !== undefined) throw new DOMException("no", refusal);
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [320, 240];
      const paper = canvas.getContext("2d")!;
      const draw = (): void => {
        paper.fillStyle = "teal";
        paper.fillRect(0, 0, 320, 240);
        requestAnimationFrame(draw);
      };
      draw();
      const seen = canvas.captureStream();
      Object.assign(globalThis, { seen });
      return seen;
    };
  }, refusal);
}
