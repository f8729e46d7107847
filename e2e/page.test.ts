/** The page in a real browser, in front of the real system: made, watched, kept. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { type Stack, startStack } from "@myspinbot/services/stack.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESKTOP, findings, NO_BROWSER, openBrowser, overhang, PHONE, shoot, visit } from "./browser.ts";
import { makeKey } from "./make-key.ts";
import { FILM_MS, makeFilm, useKey, WORDS } from "./page-flows.ts";

/** A node that draws its curve for as long as the node may work. */
const LEARNING = { curve: true, sleep_ms: 19_000 };

let dir: string;
let stack: Stack;
let browser: Browser;
let base: string;
let client: Client;
/** The run of the first test, which made a film. */
let film: string;

if (NO_BROWSER !== undefined) console.warn(`The page is not tested: ${NO_BROWSER}.`);

describe.skipIf(NO_BROWSER !== undefined && process.env.CI === undefined)("the page", () => {
  beforeAll(async () => {
    if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
    dir = mkdtempSync(join(tmpdir(), "myspinbot-page-"));
    const E2E_LEDGER = join(dir, "ledger.jsonl");
    const gatewayEnv = {
      ...{
        GATEWAY_DRAIN_GRACE_MS: "500",
        GATEWAY_EXTENSIONS: join(ROOT, "e2e/extension/gateway.ts"),
        E2E_LEDGER,
      },
    };
    const gpuNodeEnv = {
      ...{ GPU_NODE_DRAIN_GRACE_MS: "500", GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER", E2E_LEDGER },
      GPU_NODE_EXTENSIONS: join(ROOT, "e2e/extension/gpu_node_extension.py"),
    };
    [browser, stack] = await Promise.all([openBrowser(), startStack({ dir, gatewayEnv, gpuNodeEnv })]);
    base = stack.gateway.url;
    client = createClient({ base, runtime: systemRuntime });
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  it("makes one film for a double click, shown through a reload and a killed gateway, and plays it", async () => {
    film = await makeFilm({ browser, base, client, service: stack.gateway.service });
  });

  it("says beside the field what is wrong, and begins there", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/talking-avatar");
    await page.getByRole("button", { name: "Make the film" }).click();
    await page.getByText("Please fill this in.").waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid")))
      .toBe("true");
    await page.getByRole("textbox", { name: "Words" }).fill("Hello.");
    await page.getByText("Please fill this in.").waitFor({ state: "detached" });
    await page.reload();
    expect(await page.getByRole("textbox", { name: "Words" }).inputValue(), "the draft is kept").toBe(
      "Hello.",
    );
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes a portrait that is dropped, and a voice by the microphone, if it may", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/talking-avatar");
    const portrait = page.locator("[data-pointer='/portrait']");
    await portrait
      .getByLabel("Choose a photo")
      .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await portrait.getByText("a.txt is no file of this kind").waitFor();
    await drop(page, "[data-pointer='/portrait'] [role=presentation]", "/avatars/elias.webp");
    await portrait.getByText("dropped.webp").waitFor();
    await page.locator("[data-pointer='/avatar']").waitFor({ state: "detached" });
    await portrait.getByRole("button", { name: "Take a part of it" }).click();
    const cutting = page.getByRole("dialog", { name: "Which part?" });
    await cutting.getByText("Upright").click();
    await cutting.getByRole("slider", { name: "Larger" }).fill("2");
    await cutting.getByRole("group", { name: /^The picture/ }).press("ArrowRight");
    expect(await findings(page)).toEqual([]);
    await shoot(page, "make crop desk light");
    await cutting.getByRole("button", { name: "Take this part" }).click();
    await cutting.waitFor({ state: "detached" });
    await portrait.getByText("dropped.webp").waitFor();
    await expect
      .poll(() =>
        portrait.getByRole("img").evaluate((img: HTMLImageElement) => img.naturalWidth / img.naturalHeight),
      )
      .toBeCloseTo(3 / 4, 1);

    const voice = page.locator("[data-pointer='/voice']");
    await voice.getByRole("combobox").selectOption("clip");
    await setMicrophone(page, false);
    await voice.getByRole("button", { name: /^Record/ }).click();
    await voice.getByText("The microphone is not allowed here").waitFor();
    await setMicrophone(page, true);
    await voice.getByRole("button", { name: /^Record/ }).click();
    await voice.locator("button:enabled", { hasText: "Stop" }).click();
    await voice.getByText(/\d kB$/).waitFor();
    await page.getByRole("textbox", { name: "Words" }).fill("Hello.");
    await page.getByRole("button", { name: "Make the film" }).click();
    await voice.getByText("The speaker must have agreed.").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("lets one hear a voice by name, and the same again without another run", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/talking-avatar");
    const voice = page.locator("[data-pointer='/voice']");
    const chosen = voice.getByRole("combobox");
    const name = await chosen.locator("optgroup option").first().getAttribute("value");
    for (let round = 0; round < 2; round += 1) {
      await chosen.selectOption(name);
      await voice.getByRole("button", { name: "Hear it" }).click();
      const sound = voice.locator("audio");
      await expect
        .poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.currentTime), { timeout: 60_000 })
        .toBeGreaterThan(0.2);
      expect(await findings(page)).toEqual([]);
      await shoot(page, "make voice desk light");
      await chosen.selectOption("");
      await sound.waitFor({ state: "detached" });
    }
    expect((await client.runs.list({ tag: "voice-sample" })).runs).toHaveLength(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it("says before a run is sent what a box says of the photo, once for each photo", async () => {
    const { page, complaints, close } = await visit(browser, base);
    const nobody = await page.screenshot();
    await page.goto("/make/talking-avatar");
    const portrait = page.locator("[data-pointer='/portrait']");
    const choose = (name: string, mimeType: string, buffer: Buffer) =>
      portrait.getByLabel("Choose a photo").setInputFiles({ name, mimeType, buffer });
    await choose("nobody.png", "image/png", nobody);
    const said = portrait.locator("[data-trial]");
    const refusal = said.getByText("No face was found in the portrait: no face was found in the picture.");
    await expect
      .poll(() => said.textContent(), { timeout: 60_000 })
      .toContain("No face was found in the portrait: no face was found in the picture.");
    expect(await page.getByRole("button", { name: "Make the film" }).isEnabled()).toBe(true);
    expect(await findings(page)).toEqual([]);
    await shoot(page, "make no face desk light");
    await page.reload();
    await refusal.waitFor();
    await portrait.getByRole("button", { name: "Remove" }).click();
    await said.waitFor({ state: "detached" });
    const face = readFileSync(join(ROOT, "ui", "static", "avatars", "robin.webp"));
    await choose("robin.webp", "image/webp", face);
    await expect
      .poll(() => said.textContent(), { timeout: 60_000 })
      .toContain("A box has looked at it: it will do.");
    const trials = await client.runs.list({ tag: "file-trial" });
    // Those of other tests come after them.
    expect(trials.runs.slice(0, 2).map(({ status }) => status)).toEqual(["succeeded", "failed"]);
    const listed = page.waitForResponse((response) => new URL(response.url()).pathname === "/v1/runs");
    await page.goto("/runs");
    await listed;
    await page.locator("main li a, main h2").first().waitFor();
    expect(await page.locator(`main a[href$='${trials.runs[0]!.run_id}']`).count(), "in the list").toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("says what became of files that were deleted while the page was open", async () => {
    const { page, complaints, close } = await visit(browser, base);
    const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { artifacts } = await client.runs.watch(run_id);
    const isGone = Promise.withResolvers<void>();
    await page.route("**/v1/artifacts/*/content**", async (route) => {
      await isGone.promise;
      await route.continue();
    });
    await page.goto(`/runs/${run_id}?tab=files`);
    await page.locator("audio").waitFor();
    await client.runs.delete(run_id);
    isGone.resolve();
    const gone = "These bytes are not here any more: somebody deleted them, or their time was over.";
    await page.locator("[data-stage]").getByText(gone).waitFor();
    await page.getByRole("tabpanel").getByRole("button", { name: artifacts[0]!.name }).click();
    await page.getByRole("tabpanel").getByText(gone).waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot(page, "run file gone desk light");
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes many pictures together, each with its own fate", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/upscale-batch");
    const pictures = page.locator("[data-pointer='/images']");
    const avatar = readFileSync(join(ROOT, "ui", "static", "avatars", "elias.webp"));
    const picture = (n: number) => ({ name: `${n}.webp`, mimeType: "image/webp", buffer: avatar });
    await pictures
      .getByLabel("Choose pictures")
      .setInputFiles([
        ...Array.from({ length: 4 }, (_, i) => picture(i)),
        { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") },
      ]);
    await pictures.getByText("4 of at most 50.").waitFor();
    await pictures.getByRole("alert").filter({ hasText: "a.txt is no file of this kind" }).waitFor();
    expect(await pictures.getByRole("img").count()).toBe(4);
    expect(await findings(page)).toEqual([]);
    await shoot(page, "make many desk light");
    await pictures.getByRole("button", { name: "Remove a.txt" }).click();
    await pictures.getByRole("alert").waitFor({ state: "detached" });
    await pictures.getByRole("button", { name: "Remove 0.webp" }).click();
    await pictures.getByText("3 of at most 50.").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("lets an operator drain a box, and give it work again", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/box");
    const card = page.getByRole("article").filter({ hasText: "GPU" });
    await card.getByRole("button", { name: /^Drain/ }).click();
    await card.getByText("draining, seen").waitFor();
    await card.getByText("It takes no more work and finishes what it holds.").waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot(page, "box draining desk light");
    await card.getByRole("button", { name: /^Take work again/ }).click();
    await card.getByText("online, seen").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("can be used by keys alone: written, sent, watched, canceled", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/speak");
    await page.getByRole("textbox", { name: "Words" }).waitFor();
    await tabTo(page, (name) => name === "TEXTAREA");
    await page.keyboard.type("These words are written without a mouse. ".repeat(40));
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/runs\/run_/);
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    await tabTo(page, (_, text) => text === "Cancel");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Stopped/ }).waitFor();
    await tabTo(page, (_, text) => text.startsWith("Graph"));
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tab", { name: "Time", selected: true }).waitFor();
    await page.waitForURL((url) => url.searchParams.get("tab") === "time");
    expect(complaints).toEqual([]);
    await close();
  });

  it.each([
    ["desk", DESKTOP],
    ["phone", PHONE],
  ] as const)("fits a %s in both themes, and can be used by everybody", async (where, options) => {
    const { page, complaints, close } = await visit(browser, base, { ...options, colorScheme: "light" });
    for (const [name, path, ready] of pages(film)) {
      await page.goto(path);
      await page.locator(ready).first().waitFor();
      await untilPictured(page);
      for (const theme of ["light", "dark"]) {
        await page.evaluate(
          (dark) => document.documentElement.classList.toggle("dark", dark),
          theme === "dark",
        );
        expect(await overhang(page), name).toBe(0);
        // What a screen reader is told does not depend on the window.
        if (options === DESKTOP) expect(await findings(page), `${name} ${theme}`).toEqual([]);
        await shoot(page, `${name} ${where} ${theme}`);
      }
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("runs again from a node on with another title, takes over the rest, and shows it both ways", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto(`/runs/${film}`);
    await page.locator("[data-node=final]").click();
    expect(await findings(page)).toEqual([]);
    await page.getByRole("link", { name: "Run again from here" }).click();
    await page.getByRole("note").filter({ hasText: "From Final on." }).waitFor();
    expect(await page.getByRole("textbox", { name: "Words" }).inputValue()).toBe(WORDS);
    expect(await findings(page)).toEqual([]);
    await shoot(page, "make again desk light");
    await page.getByText("More options").click();
    await page.locator("[data-pointer='/title'] input").fill("Once more");
    await page.getByRole("button", { name: "Run again from Final" }).dblclick();
    await page.waitForURL((url) => /\/runs\/run_/.test(url.pathname) && !url.pathname.endsWith(film));
    const fork = page.url().split("/").at(-1)!;
    await page.locator("[data-node=video]").filter({ hasText: "taken over" }).waitFor();
    await page.getByText(/^Run again from Final on, of/).waitFor();
    await page.locator("video").waitFor({ timeout: FILM_MS });
    const { input, nodes } = await client.runs.get(fork);
    expect(input.title).toBe("Once more");
    expect(
      nodes.filter(({ reused_from }) => reused_from === undefined).map(({ node_id }) => node_id),
    ).toEqual(["final"]);
    for (const [where, options] of [
      ["desk", DESKTOP],
      ["phone", PHONE],
    ] as const) {
      const { page: seen, complaints: more, close: leave } = await visit(browser, base, options);
      for (const path of [`/runs/${fork}?node=final`, `/make/talking-avatar?from=${fork}&node=final`]) {
        await seen.goto(path);
        await seen.getByText(/^(Run again from Final on, of|From Final on\.)/).waitFor();
        for (const theme of ["light", "dark"]) {
          await seen.evaluate(
            (dark) => document.documentElement.classList.toggle("dark", dark),
            theme === "dark",
          );
          expect(await overhang(seen), path).toBe(0);
          if (options === DESKTOP) expect(await findings(seen), `${path} ${theme}`).toEqual([]);
          await shoot(seen, `${path.startsWith("/make") ? "make again" : "run again"} ${where} ${theme}`);
        }
      }
      expect(more).toEqual([]);
      await leave();
    }
    await page.locator("[data-lineage=from] a").click();
    await page.waitForURL(`**/runs/${film}`);
    const forks = page.locator("[data-lineage=forks] a");
    await forks.first().waitFor();
    expect(await forks.count(), "a double click made one").toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it("draws the curve that a node sends, says it where that cannot be loaded, and runs again without a form", async () => {
    const learns: Graph = {
      name: "learns",
      nodes: [{ id: "train", type: "ledger_python", plane: "python", params: LEARNING }],
      output: {},
    };
    const { run_id } = await client.runs.submit({ graph: learns, input: {} });
    const { page, complaints, close } = await visit(browser, base);
    await page.goto(`/runs/${run_id}`);
    const words = "Loss: training 0.1 at 19 rounds, from 2 at 0";
    await page.getByRole("img", { name: words }).locator("canvas").waitFor();
    await page.getByRole("img", { name: "The newest sample" }).waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot(page, "run learns desk light");
    await page.locator("[data-node=train]").click();
    await page.getByRole("button", { name: "Run again from here" }).dblclick();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.endsWith(run_id));
    await page.getByText(/^Run again from Train on, of/).waitFor();
    const fork = page.url().split("/").at(-1)!;
    expect(await client.runs.get(run_id)).toMatchObject({ forks: [fork] });
    expect(complaints).toEqual([]);
    await close();

    const poor = await visit(browser, base);
    const chunks = join(ROOT, "ui/build/_app/immutable/chunks");
    for (const chunk of readdirSync(chunks).filter((name) => name.endsWith(".js")))
      if (readFileSync(join(chunks, chunk), "utf8").includes("u-wrap"))
        await poor.page.route(`**/${chunk}`, (route) => route.abort());
    await client.runs.cancel(run_id);
    await poor.page.goto(`/runs/${fork}`);
    await poor.page.locator("[data-stage]").getByText(words).waitFor();
    await client.runs.cancel(fork);
    await poor.close();

    // Whoever comes after its end sees what was drawn last, and the newest sample.
    await client.runs.watch(run_id);
    const late = await visit(browser, base);
    await late.page.goto(`/runs/${run_id}`);
    await late.page.getByRole("heading", { name: /^Stopped/ }).waitFor();
    await late.page.getByRole("img", { name: words }).locator("canvas").waitFor();
    await late.page.getByRole("img", { name: "The newest sample" }).waitFor();
    await shoot(late.page, "run learned desk light");
    expect(late.complaints).toEqual([]);
    await late.close();
  });

  it("waits for somebody to read, mend and approve the words, and stops when told", async () => {
    const { page, complaints, close } = await visit(browser, base);
    await page.goto("/make/talking-avatar");
    await page.getByRole("textbox", { name: "Words" }).fill(WORDS);
    await page.getByRole("switch", { name: "Let me read it first" }).check();
    await page.getByRole("button", { name: "Make the film" }).click();
    const asked = page.getByRole("region", { name: "Shall the avatar say this?" });
    const words = asked.getByLabel("Text", { exact: true });
    await words.waitFor();
    expect(await words.inputValue()).toBe(WORDS);
    expect(await findings(page)).toEqual([]);
    await shoot(page, "run waiting desk light");
    await page.reload();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
    await words.fill(" ");
    await asked.getByRole("button", { name: "Approve" }).click();
    await asked.getByRole("alert").waitFor();
    await words.fill("Hello. I was mended.");
    await asked.getByRole("button", { name: "Approve" }).click();
    await page.locator("[data-node=approved]").filter({ hasText: "Done" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { name: /^Stopped/ }).waitFor();
    await asked.waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await close();
  });

  it("asks for a key once there is one, says that a wrong one is wrong, and shows one run by a link", async () => {
    await useKey({ browser, base, film, key: makeKey(stack.valkey, "runs:write,runs:read,operate") });
  });
});

/** Every page, with what is there when it is. */
function pages(film: string): [name: string, path: string, ready: string][] {
  return [
    ["make", "/make/talking-avatar", "form h2"],
    ["make scenes", "/make/talking-scenes", "form li"],
    ["make larger", "/make/upscale-batch", "input[type=file]"],
    ["run", `/runs/${film}`, "[role=region] button"],
    ["run time", `/runs/${film}?tab=time`, "[role=tabpanel] svg"],
    ["run log", `/runs/${film}?tab=log`, "[role=tabpanel] li, [role=tabpanel] p"],
    ["run files", `/runs/${film}?tab=files`, "[role=tabpanel] li"],
    ["run input", `/runs/${film}?tab=input`, "[role=tabpanel] dd"],
    ["run events", `/runs/${film}?tab=events`, "[role=log]"],
    ["run gone", "/runs/run_s0_none", "main h1"],
    ["runs", "/runs", "main li a"],
    ["runs failed", "/runs?status=expired", "main p"],
    ["box", "/box", "article"],
    ["box letters", "/box/dead-letters", "main p"],
    ["box deliveries", "/box/deliveries", "main p"],
    ["sign in", "/sign-in", "form"],
    ["nowhere", "/nowhere", "main h1"],
  ];
}

/** Until a film shows its first picture, where there is one: else it is a wheel that turns. */
async function untilPictured(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const video = document.querySelector("video");
    if (video === null) return;
    video.preload = "auto";
    if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA)
      await new Promise((resolve) => video.addEventListener("canplay", resolve, { once: true }));
  });
}

/** Presses Tab until what has the focus fits. */
async function tabTo(page: Page, fits: (element: string, text: string) => boolean): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Tab");
    const [name = "", text = ""] = await page.evaluate(() => [
      document.activeElement?.tagName ?? "",
      document.activeElement?.textContent?.trim() ?? "",
    ]);
    if (fits(name, text)) return;
  }
  throw new Error("Tab never came there");
}

/** What somebody answers when the browser asks. The packed browser has no microphone: a tone stands in for what it hears. */
async function setMicrophone(page: Page, isAllowed: boolean): Promise<void> {
  await page.evaluate((isAllowed) => {
    navigator.mediaDevices.getUserMedia = async () => {
      if (!isAllowed) throw new DOMException("no", "NotAllowedError");
      const sound = new AudioContext();
      const tone = sound.createOscillator();
      const heard = sound.createMediaStreamDestination();
      tone.connect(heard);
      tone.start();
      return heard.stream;
    };
  }, isAllowed);
}

/** Lets go of a file over an element, as if it came from another window; its bytes are those of an address. */
async function drop(page: Page, selector: string, address: string): Promise<void> {
  await page.evaluate(
    async ([selector, address]) => {
      const bytes = await (await fetch(address!)).arrayBuffer();
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "dropped.webp", { type: "image/webp" }));
      document
        .querySelector(selector!)
        ?.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    [selector, address],
  );
}
