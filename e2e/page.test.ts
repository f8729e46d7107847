/** The page in a real browser, in front of the real system: made, watched, kept. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startStack } from "@myspinbot/services/stack.ts";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { findings, shoot } from "./browser.ts";
import { makeKey } from "./make-key.ts";
import { useKey } from "./page/access.ts";
import { forkFilm, makeFilm, WORDS } from "./page/film.ts";
import { approve, fillWrongly, useKeysAlone } from "./page/forms.ts";
import { describePage } from "./page/home.ts";
import { looks, untilPictured } from "./page/looks.ts";

/** A node that draws its curve for as long as the node may work. */
const LEARNING = { curve: true, sleep_ms: 19_000 };

/** The run of the first test, which made a film. */
let film: string;

function start(dir: string): ReturnType<typeof startStack> {
  const E2E_LEDGER = join(dir, "ledger.jsonl");
  return startStack({
    dir,
    gatewayEnv: {
      ...{ GATEWAY_DRAIN_GRACE_MS: "500", E2E_LEDGER },
      GATEWAY_EXTENSIONS: join(ROOT, "e2e/extension/gateway.ts"),
    },
    gpuNodeEnv: {
      ...{ GPU_NODE_DRAIN_GRACE_MS: "500", GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER", E2E_LEDGER },
      GPU_NODE_EXTENSIONS: join(ROOT, "e2e/extension/gpu_node_extension.py"),
    },
  });
}

describePage("the page", start, (home) => {
  it("makes one film for a double click, shown through a reload and a killed gateway, and plays it", async () => {
    film = await makeFilm(home.front, home.gateway.service);
  });

  it("keeps each file with its maker and digest, gives the film as it is, and lists it with words and picture", async () => {
    const { page, complaints, close } = await home.visit();
    const { artifacts } = await home.client.runs.get(film);
    await page.goto(`/runs/${film}?tab=files`);
    const rows = page.getByRole("tabpanel").getByRole("listitem");
    for (const { name, node_id = "", sha256 } of artifacts) {
      const row = rows.filter({ has: page.locator(`[title='${sha256}']`) });
      await row.filter({ hasText: new RegExp(`${name}.*by ${node_id}`, "i") }).waitFor();
    }
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const file = await coming;
    const sha256 = createHash("sha256")
      .update(readFileSync(await file.path()))
      .digest("hex");
    const kept = artifacts.find((each) => each.sha256 === sha256);
    expect(kept).toMatchObject({ media_type: "video/mp4", name: file.suggestedFilename() });

    await page.goto("/runs?status=succeeded");
    const row = page.locator(`main a[href$='${film}']`);
    await row.getByText(WORDS).waitFor();
    await expect
      .poll(() => row.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("says beside the field what is wrong, and begins there", () => fillWrongly(home.front));

  it("takes a portrait that is dropped, and a voice by the microphone, if it may", async () => {
    const { page, complaints, close } = await home.visit();
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
    await looks(page, "make crop");
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
    const { page, complaints, close } = await home.visit();
    await page.goto("/make/talking-avatar");
    const voice = page.locator("[data-pointer='/voice']");
    const chosen = voice.getByRole("combobox");
    for (let round = 0; round < 2; round += 1) {
      await chosen.selectOption("heart");
      await voice.getByRole("button", { name: "Hear it" }).click();
      const sound = voice.locator("audio");
      await expect
        .poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.currentTime), { timeout: 60_000 })
        .toBeGreaterThan(0.2);
      if (round === 0) await looks(page, "make voice");
      await chosen.selectOption("");
      await sound.waitFor({ state: "detached" });
    }
    expect((await home.client.runs.list({ tag: "voice-sample" })).runs).toHaveLength(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it("says before a run is sent what a box says of the photo, once for each photo", async () => {
    const { page, complaints, close } = await home.visit();
    await page.goto("/make/talking-avatar");
    const nobody = await emptyPicture(page);
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
    await looks(page, "make no face");
    await page.reload();
    await refusal.waitFor();
    await portrait.getByRole("button", { name: "Remove" }).click();
    await said.waitFor({ state: "detached" });
    const face = readFileSync(join(ROOT, "ui", "static", "avatars", "robin.webp"));
    await choose("robin.webp", "image/webp", face);
    await expect
      .poll(() => said.textContent(), { timeout: 60_000 })
      .toContain("A box has looked at it: it will do.");
    const trials = await home.client.runs.list({ tag: "file-trial" });
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

  it("says that a file does not come now, and what became of one that was deleted meanwhile", async () => {
    const { page, complaints, close } = await home.visit();
    const { run_id } = await home.client.runs.submit({ graph: "speak", input: { text: "Hello." } });
    const { artifacts } = await home.client.runs.watch(run_id);
    let isAway = true;
    await page.clock.install();
    await page.route("**/v1/artifacts/*/content**", (route) =>
      isAway ? route.fulfill({ status: 503 }) : route.continue(),
    );
    await page.goto(`/runs/${run_id}?tab=files`);
    await page.locator("[data-stage]").getByText("the gateway or its store does not answer").waitFor();
    await home.client.runs.delete(run_id);
    isAway = false;
    // It tries again by itself.
    await page.clock.fastForward(5_000);
    const gone = "These bytes are not here any more: somebody deleted them, or their time was over.";
    await page.locator("[data-stage]").getByText(gone).waitFor();
    await page.getByRole("tabpanel").getByRole("button", { name: artifacts[0]!.name }).click();
    await page.getByRole("tabpanel").getByText(gone).waitFor();
    await looks(page, "run file gone");
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes many pictures together, each with its own fate", async () => {
    const { page, complaints, close } = await home.visit();
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
    await looks(page, "make many");
    await pictures.getByRole("button", { name: "Remove a.txt" }).click();
    await pictures.getByRole("alert").waitFor({ state: "detached" });
    await pictures.getByRole("button", { name: "Remove 0.webp" }).click();
    await pictures.getByText("3 of at most 50.").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("lets an operator drain a box, and give it work again", async () => {
    const { page, complaints, close } = await home.visit();
    await page.goto("/box");
    const card = page.getByRole("article").filter({ hasText: "GPU" });
    await card.getByRole("button", { name: /^Drain/ }).click();
    await card.getByText("draining, seen").waitFor();
    await card.getByText("It takes no more work and finishes what it holds.").waitFor();
    await looks(page, "box draining");
    await card.getByRole("button", { name: /^Take work again/ }).click();
    await card.getByText("online, seen").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("can be used by keys alone: written, sent, watched, canceled", () => useKeysAlone(home.front));

  it("fits a desk and a phone in both themes, and can be used by everybody", async () => {
    const { page, complaints, close } = await home.visit();
    for (const [name, path, ready] of pages(film)) {
      await page.goto(path);
      await page.locator(ready).first().waitFor();
      await untilPictured(page);
      await looks(page, name);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("runs again from a node on with another title, takes over the rest, and shows it both ways", async () => {
    const fork = await forkFilm(home.front, film);
    const { page, complaints, close } = await home.visit();
    for (const [name, path] of [
      ["run again", `/runs/${fork}?node=final`],
      ["make again", `/make/talking-avatar?from=${fork}&node=final`],
    ] as const) {
      await page.goto(path);
      await page.getByText(/^(Run again from Final on, of|From Final on\.)/).waitFor();
      await untilPictured(page);
      await looks(page, name);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("draws the curve that a node sends, says it where that cannot be loaded, and runs again without a form", async () => {
    const learns: Graph = {
      name: "learns",
      nodes: [{ id: "train", type: "ledger_python", plane: "python", params: LEARNING }],
      output: {},
    };
    const { run_id } = await home.client.runs.submit({ graph: learns, input: {} });
    const { page, complaints, close } = await home.visit();
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
    expect(await home.client.runs.get(run_id)).toMatchObject({ forks: [fork] });
    expect(complaints).toEqual([]);
    await close();

    const poor = await home.visit();
    const chunks = join(ROOT, "ui/build/_app/immutable/chunks");
    for (const chunk of readdirSync(chunks).filter((name) => name.endsWith(".js")))
      if (readFileSync(join(chunks, chunk), "utf8").includes("u-wrap"))
        await poor.page.route(`**/${chunk}`, (route) => route.abort());
    await home.client.runs.cancel(run_id);
    await poor.page.goto(`/runs/${fork}`);
    await poor.page.locator("[data-stage]").getByText(words).waitFor();
    await home.client.runs.cancel(fork);
    await poor.close();

    // Whoever comes after its end sees what was drawn last, and the newest sample.
    await home.client.runs.watch(run_id);
    const late = await home.visit();
    await late.page.goto(`/runs/${run_id}`);
    await late.page.getByRole("heading", { name: /^Stopped/ }).waitFor();
    await late.page.getByRole("img", { name: words }).locator("canvas").waitFor();
    await late.page.getByRole("img", { name: "The newest sample" }).waitFor();
    await looks(late.page, "run learned");
    expect(late.complaints).toEqual([]);
    await late.close();
  });

  it("waits for somebody to read, mend and approve the words, and stops when told", () =>
    approve(home.front));

  it("asks for a key once there is one, says that a wrong one is wrong, and shows one run by a link", async () => {
    await useKey(home.front, film, makeKey(home.valkey, "runs:write,runs:read,operate"));
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

/** A picture of a blue sky. */
async function emptyPicture(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 320;
    const paper = canvas.getContext("2d")!;
    paper.fillStyle = "skyblue";
    paper.fillRect(0, 0, 320, 320);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1]!, "base64");
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
