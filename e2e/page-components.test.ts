/** Single components of the page, each alone in a real browser: what no whole page comes to easily. */
import { createHash } from "node:crypto";
import type { Page, Route } from "playwright-core";
import { expect, it } from "vitest";
import { overhang, type Visitor } from "./browser.ts";
import { buildComponents, change, openDocument, show, told } from "./page/components.ts";
import { describeInBrowser, Home } from "./page/home.ts";

const home = new Home();
let built: string;

async function build(dir: string): Promise<() => Promise<void>> {
  built = dir;
  await buildComponents(dir);
  return async () => {};
}

describeInBrowser("components of the page", home, build, () => {
  const come = (whose?: Parameters<typeof openDocument>[2]): Promise<Visitor> =>
    openDocument(home.browser, built, whose);

  it("draws a curve as it grows, from its first point on, as wide as there is room", async () => {
    const { page, complaints, close } = await come();
    await resize(page, 600, 300);
    const line = (name: string, n: number) => ({
      name,
      points: Array.from({ length: n }, (_, i) => [i + 1, 2 + Math.sin(i / 500)]),
    });
    const curve = (...lines: object[]) => ({ curve: { title: "Loss", unit: "rounds", lines } });
    await show(page, "curve", curve(line("train", 1)));
    await page.getByRole("img", { name: "Loss: train 2 at 1 rounds, from 2 at 1" }).waitFor();
    await expect.poll(() => inked(page), { message: "one point is seen" }).toBeGreaterThan(5);

    await change(page, curve(line("train", 10_000)));
    await page.getByRole("img", { name: /train 2\.\d+ at 10000 rounds/ }).waitFor();
    await expect.poll(() => inked(page)).toBeGreaterThan(500);

    const width = () => page.locator("canvas").evaluate((canvas) => canvas.clientWidth);
    expect(await width()).toBe(600);
    for (const room of [300, 900]) {
      await resize(page, room, 200);
      await expect.poll(width).toBe(room);
    }
    await change(page, curve(line("train", 20), line("tried", 5)));
    await page.getByText("tried", { exact: true }).waitFor();
    expect(await page.locator("canvas").count(), "drawings").toBe(1);
    await expect.poll(() => inked(page)).toBeGreaterThan(100);
    expect(complaints).toEqual([]);
    await close();
  });

  it("lets keys alone choose nodes of a drawing, and keeps their place while the run goes on", async () => {
    const { page, complaints, close } = await come();
    await resize(page, 200, 300);
    const instance = (i: number, status: string) => ({ node_id: `clip.${i}`, status, attempt: 1 });
    const view = (...clips: object[]) => ({
      ...{ seq: 1, artifacts: [], logs: [], events: [], gaps: [] },
      run: { run_id: "r", groups: [{ group_id: "takes", nodes: ["clip"], count: 7, ended: clips.length }] },
      nodes: [{ node_id: "script", status: "succeeded", attempt: 1 }, ...clips],
    });
    const node = (id: string, inputs: object, rest: object = {}) => ({
      ...{ id, type: "t", plane: "node", inputs },
      ...rest,
    });
    const nodes = [node("script", {}), node("clip", { text: "$script.text" }, { group: "takes" })];
    const graph = { name: "g", input: {}, output: {}, nodes };
    const running = view(instance(0, "running"));
    await show(page, "graph", { view: running, graph, node: undefined }, { onchoose: "node" });
    const group = page.getByRole("group", { name: "Group Takes" });
    await group.getByText("1 of 7").waitFor();

    const region = page.getByRole("region", { name: "Drawing of the graph" });
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Drawing of the graph");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => region.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatch(/Script/);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatch(/Clip/);
    await page.keyboard.press("Enter");
    const clip = page.getByRole("button", { name: /Clip/, pressed: true });
    await clip.waitFor();

    await change(page, { view: view(instance(0, "succeeded"), instance(1, "running")) });
    await group.getByText("2 of 7").waitFor();
    await clip.getByText("1 of 2").waitFor();
    expect(await focused(page)).toMatch(/Clip/);
    await page.keyboard.press("Space");
    await clip.waitFor({ state: "detached" });
    expect(await told(page)).toEqual([
      ["onchoose", "clip.0"],
      ["onchoose", undefined],
    ]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("has few of ten thousand events in the document, and keeps the place of who reads as others come and go", async () => {
    const { page, complaints, close } = await come();
    const asked: Route[] = [];
    await page.route("**/v1/runs/r/events**", (route) => void asked.push(route));
    await show(page, "events", { from: 3_001, to: 9_000, node: undefined });
    const list = page.getByRole("log", { name: "Events" });
    const tall = () => page.evaluate(() => document.documentElement.scrollHeight);
    const ROW = 28;
    const answer = async (asks: number): Promise<void> => {
      await expect.poll(() => asked.length).toBe(asks);
      await asked.at(-1)!.fulfill({ json: pageOfEvents(asked.at(-1)!, 1_000) });
      await expect.poll(tall).toBe((6_000 + asks * 1_000) * ROW);
    };
    await answer(1);
    expect(await list.locator("[data-seq]").first().textContent(), "with what it begins").toMatch(/^\s*1\s/);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2 + 10));
    const seen = list.getByText("5501", { exact: true });
    await seen.waitFor();
    const placeOf = async () => (await seen.boundingBox())?.y;
    const before = await placeOf();

    for (const asks of [2, 3]) {
      await answer(asks);
      expect(await placeOf(), "older come in front of it").toBe(before);
    }
    await change(page, { to: 10_000 });
    await expect.poll(tall).toBe(10_000 * ROW);
    expect(await placeOf(), "newer come behind it").toBe(before);
    await change(page, { to: 10_500 });
    expect(await placeOf(), "the oldest go").toBe(before);
    expect(await list.getByText("node.progress").count()).toBeLessThan(200);

    await change(page, { to: 10_000, node: "speech" });
    const rows = list.getByText("node.progress");
    await expect.poll(() => rows.count()).toBe(2);
    for (const seq of ["1", "5001"]) await list.getByText(seq, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("asks in each thing of a list for what is chosen there, and says at the field what is wrong with it", async () => {
    const { page, complaints, close } = await come();
    const element = {
      ...{ type: "object", required: ["words"] },
      properties: {
        kind: { enum: ["speech", "pause"], default: "speech", "x-ui": { order: 1 } },
        words: { type: "string", "x-ui": { order: 2, shown_if: { kind: "speech" } } },
        seconds: { type: "number", "x-ui": { order: 3, shown_if: { kind: "pause" } } },
      },
    };
    const parts = { type: "array", minItems: 1, maxItems: 2, items: element };
    const schema = { properties: { parts }, required: ["parts"] };
    const faults = [{ pointer: "/parts/1/words", detail: "Please fill this in." }];
    const props = { schema, value: undefined, pointer: "/parts", faults: [] };
    await show(page, "field", props, { onchange: "value" });
    const things = page.getByRole("group", { name: "Parts" }).getByRole("listitem");
    await things.getByText("1 of 1").waitFor();
    expect(await page.getByRole("button", { name: /Remove/ }).count(), "the least there must be").toBe(0);
    await page.getByRole("button", { name: "Add another" }).click();
    await things.getByText("2 of 2").waitFor();
    expect(await page.getByRole("button", { name: "Add another" }).count(), "the most there may be").toBe(0);

    const [first, second] = [things.nth(0), things.nth(1)];
    const words = second.getByRole("textbox", { name: "Words" });
    expect(await page.getByRole("textbox").count(), "what the default asks for").toBe(2);
    await first.getByText("Pause", { exact: true }).click();
    await first.getByRole("spinbutton", { name: "Seconds" }).waitFor();
    expect(await words.evaluate((input: HTMLInputElement) => input.required)).toBe(true);
    expect(await page.getByRole("textbox").count(), "where it was chosen").toBe(1);

    await change(page, { faults });
    await second.getByText("Please fill this in.").waitFor();
    expect(await words.getAttribute("aria-invalid")).toBe("true");
    expect(await described(page, "input[aria-invalid=true]")).toEqual(["Please fill this in."]);
    expect(await page.locator("[data-fault]").count(), "said once").toBe(1);
    await change(page, { faults: [] });
    expect(await words.getAttribute("aria-invalid")).toBe("false");
    await words.fill("Hello.");
    await second.getByText("Pause", { exact: true }).click();
    await words.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove 1" }).click();
    await things.getByText("1 of 1").waitFor();
    expect((await told(page)).at(-1)).toEqual(["onchange", [{ kind: "pause", words: "Hello." }]]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("asks for what is inside a thing, and shows what is taken when nothing is said", async () => {
    const { page, complaints, close } = await come();
    const properties = {
      title: { type: "string", default: "Hello" },
      spoken: { type: "boolean", default: true },
      pace: { enum: ["slow", "calm", "even", "brisk", "fast"], default: "calm" },
      voice: { type: "string", "x-ui": { order: 60, shown_if: { spoken: true, pace: "calm" } } },
    };
    const schema = { properties: { card: { type: "object", properties } } };
    const props = { schema, value: undefined, pointer: "/card", faults: [] };
    await show(page, "field", props, { onchange: "value" });
    const card = page.getByRole("group", { name: "Card" });
    expect(await card.getByLabel("Title").getAttribute("placeholder")).toBe("Hello");
    const pace = card.getByRole("combobox", { name: "Pace" });
    expect(await pace.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text)).toBe("Calm");
    const [spoken, voice] = [card.getByRole("switch", { name: "Spoken" }), card.getByLabel("Voice")];
    expect(await spoken.isChecked()).toBe(true);
    await voice.waitFor();
    await spoken.uncheck();
    await voice.waitFor({ state: "detached" });
    await spoken.check();
    await voice.waitFor();
    await pace.selectOption("fast");
    await voice.waitFor({ state: "detached" });
    expect((await told(page)).map(([, value]) => value)).toEqual([{ spoken: false }, {}, { pace: "fast" }]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes the file that came last, and says of others why not", async () => {
    const { page, complaints, close } = await come();
    const schema = { properties: { portrait: { "x-type": "Image" } } };
    const asked: Route[] = [];
    await page.route("**/v1/files", (route) => void asked.push(route));
    const props = { schema, value: undefined, pointer: "/portrait", faults: [] };
    await show(page, "field", props, { onchange: "value" });
    await bring(page, "drop", [["a.heic", "image/heic"]]);
    await page.getByText("a.heic is no file of this kind. JPEG, PNG or WebP, up to 20 MiB.").waitFor();
    await bring(page, "drop", [
      ["a.heic", "image/heic"],
      ["old.png", "image/png"],
      ["other.png", "image/png"],
    ]);
    await page.getByText("2 files left out: at most 1 fit.").waitFor();
    await page.getByRole("progressbar", { name: "Bringing old.png" }).waitFor();
    await expect.poll(() => asked.length).toBe(1);
    expect(await bring(page, "paste", [["a.txt", "text/plain"]]), "what is no picture is let through").toBe(
      false,
    );

    const stopped: string[] = [];
    page.on("requestfailed", (request) => stopped.push(request.headers()["content-disposition"] ?? ""));
    expect(await bring(page, "paste", [["new.png", "image/png"]])).toBe(true);
    await expect.poll(() => asked.length).toBe(2);
    await asked[1]!.fulfill({ status: 201, json: FILE });
    await page.getByText("new.png", { exact: true }).waitFor();
    expect(stopped).toEqual([expect.stringContaining("old.png")]);
    expect(await page.getByText("left out").count(), "is not said of what came after it").toBe(0);
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByLabel("Choose a photo").waitFor();
    expect(await told(page)).toEqual([
      ["onchange", { file_id: "file_1", name: "new.png", size: 3, media_type: "image/png" }],
      ["onchange", undefined],
    ]);
    expect(complaints).toEqual([]);
    await close();
  });

  it.each([
    ["en-GB", "Asia/Kolkata", "Stopped at 00:05", "Stopped at 31 Dec, 23:55", "00:05:09"],
    ["de-DE", "America/New_York", "Stopped at 31. Dez., 13:35", "Stopped at 31. Dez., 13:25", "13:35:09"],
  ])("tells times by the watch of who looks: %s in %s", async (locale, timezoneId, today, before, second) => {
    const { page, complaints, close } = await come({ locale, timezoneId, now: "2026-01-01T15:00:00.000Z" });
    const ended = (completed_at: string) => ({
      view: { nodes: [], artifacts: [], run: { status: "canceled", completed_at } },
    });
    await show(page, "ending", ended("2025-12-31T18:35:00.000Z"));
    await page.getByRole("heading", { name: today, exact: true }).waitFor();
    await change(page, ended("2025-12-31T18:25:00.000Z"));
    await page.getByRole("heading", { name: before, exact: true }).waitFor();

    const line = { seq: 1, at: "2025-12-31T18:35:09.000Z", node_id: "speech", level: "info", message: "Hi." };
    await show(page, "log", { node: undefined, view: { seq: 1, run: { run_id: "r" }, logs: [line] } });
    await page.getByRole("list", { name: "Log" }).getByText(second, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("gives each node of the band its weight, and has room for as many as a run may have", async () => {
    const { page, complaints, close } = await come();
    const graph = { nodes: [{ id: "a", weight: 1 }, { id: "b", weight: 3 }, { id: "c" }] };
    const nodes = (...states: object[]) =>
      ["a", "b", "c"].map((node_id, i) => ({ node_id, attempt: 1, status: "pending", ...states[i] }));
    const over = { status: "succeeded" };
    await show(page, "band", { nodes: nodes(), graph, now: undefined });
    const percent = () => page.getByRole("progressbar").getAttribute("aria-valuenow");
    expect(await percent()).toBe("0");
    const [a, b, c] = (await widths(page)) as [number, number, number];
    expect(b / a).toBeCloseTo(3, 5);
    expect(c / a, "without a weight it weighs one").toBeCloseTo(1, 5);

    await change(page, { nodes: nodes(over, { status: "running", progress: { done: 5, total: 10 } }) });
    expect(await percent()).toBe("50");
    await change(page, { nodes: nodes(over, { status: "running", progress: { done: 30, total: 10 } }) });
    expect(await percent(), "more than all of it is all of it").toBe("80");
    await change(page, { nodes: nodes(over, { status: "failed" }, { status: "skipped" }) });
    expect(await percent()).toBe("100");

    const many = Array.from({ length: 400 }, (_, i) => ({ node_id: `b.${i}`, attempt: 1, ...over }));
    await change(page, { nodes: many });
    const narrow = await widths(page);
    expect(narrow).toHaveLength(400);
    expect(Math.min(...narrow)).toBeGreaterThan(0);
    expect(await page.locator("rect").last().evaluate(right)).toBeCloseTo(100, 3);
    expect(await percent()).toBe("100");
    expect(await overhang(page)).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("plays with captions and keys, and tells when there is nothing to play", async () => {
    const { page, complaints, close } = await come();
    await page.route("**/v1/artifacts/**", answerContent);
    const of = (artifact_id: string) => ({ of: { artifact_id, media_type: "video/mp4" } });
    const captions = { artifact_id: "captions" };
    const hears = { onlost: "", onsaid: "" };
    await show(page, "media", { run_id: "r", ...of("sound"), alt: "The film", captions }, hears);
    const player = page.getByLabel("The film");
    const known = () =>
      player.evaluate((media: HTMLMediaElement) => media.readyState > 0 && media.textTracks[0]?.cues?.length);
    await expect.poll(known).toBe(2);
    await player.focus();
    for (const [key, words] of [
      ["l", "First."],
      ["l", "Second."],
      ["j", "First."],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => spoken(page)).toBe(words);
      await expect.poll(async () => (await told(page)).at(-1)).toEqual(["onsaid", words]);
    }
    expect(await player.evaluate((media: HTMLMediaElement) => media.currentTime)).toBe(5);
    await page.keyboard.press("k");
    await expect.poll(() => player.evaluate((media: HTMLMediaElement) => media.paused)).toBe(false);
    await page.keyboard.press("k");
    await expect.poll(() => player.evaluate((media: HTMLMediaElement) => media.paused)).toBe(true);

    for (const how of ["gone", "strange"]) {
      await change(page, of(how));
      await expect.poll(async () => (await told(page)).at(-1)).toEqual(["onlost", how]);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

/** As many events of a run as are asked for, up to the last that is older than those the page has. */
function pageOfEvents(route: Route, n: number): object {
  const after = Number(new URL(route.request().url()).searchParams.get("after"));
  const events = Array.from({ length: n }, (_, i) => ({
    ...{ seq: after + i + 1, at: "2026-01-01T00:00:00.000Z", type: "node.progress" },
    ...{ node_id: after + i === 0 ? "speech" : "film", data: {} },
  }));
  return { events, next_after: after + n };
}

const BYTES = "abc";
/** What a gateway says of a file with these bytes. */
const FILE = {
  ...{ file_id: "file_1", status: "ready", name: "new.png", size: 3, media_type: "image/png" },
  sha256: createHash("sha256").update(BYTES).digest("hex"),
};

/** A minute of silence. */
const SOUND = waveOf(8_000 * 60);
const CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:08.000\nFirst.\n\n00:08.000 --> 01:00.000\nSecond.\n";

function answerContent(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname.includes("/captions/")) return route.fulfill({ contentType: "text/vtt", body: CAPTIONS });
  if (pathname.includes("/gone/")) return route.fulfill({ status: 404 });
  if (pathname.includes("/strange/")) return route.fulfill({ contentType: "video/mp4", body: "no film" });
  const [, from = "0", to] = /^bytes=(\d+)-(\d*)$/.exec(route.request().headers().range ?? "") ?? [];
  const body = SOUND.subarray(Number(from), to ? Number(to) + 1 : undefined);
  const range = `bytes ${from}-${Number(from) + body.length - 1}/${SOUND.length}`;
  const headers = { "content-range": range, "accept-ranges": "bytes" };
  return route.fulfill({ status: 206, contentType: "audio/wav", headers, body });
}

/** One channel, 8 bits, 8 kHz. */
function waveOf(samples: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples, 40);
  return Buffer.concat([head, Buffer.alloc(samples, 128)]);
}

/** The caption that is shown now. */
function spoken(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const cue = document.querySelector("video")?.textTracks[0]?.activeCues?.[0];
    return (cue as VTTCue | undefined)?.text;
  });
}

/** As much room as the component has. */
async function resize(page: Page, width: number, height: number): Promise<void> {
  const size = { width: `${width}px`, height: `${height}px`, backgroundColor: "black" };
  await page.locator("#here").evaluate((element, size) => Object.assign(element.style, size), size);
}

/** How many dots of a drawing have the color of its first line. */
function inked(page: Page): Promise<number> {
  return page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const isBlue = (i: number): boolean => data[i]! < 160 && data[i + 2]! > 200 && data[i + 3]! > 100;
    return Array.from({ length: data.length / 4 }, (_, i) => i * 4).filter(isBlue).length;
  });
}

function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent ?? null;
  });
}

/** What is said of a control beside its name. */
function described(page: Page, selector: string): Promise<(string | undefined)[]> {
  return page
    .locator(selector)
    .evaluateAll((controls) =>
      controls.map(
        (control) => document.getElementById(control.getAttribute("aria-describedby") ?? "")?.textContent,
      ),
    );
}

/** @returns whether the component took it, so that the browser does nothing of its own */
function bring(page: Page, how: "drop" | "paste", files: [name: string, type: string][]): Promise<boolean> {
  return page.evaluate(
    ({ how, files, bytes }) => {
      const data = new DataTransfer();
      for (const [name, type] of files) data.items.add(new File([bytes], name, { type }));
      const common = { bubbles: true, cancelable: true };
      const event =
        how === "drop"
          ? new DragEvent("drop", { ...common, dataTransfer: data })
          : new ClipboardEvent("paste", { ...common, clipboardData: data });
      return !document.querySelector("[data-takes-paste]")!.dispatchEvent(event);
    },
    { how, files, bytes: BYTES },
  );
}

/** Of the parts of the band, each of which is drawn over its ground. */
function widths(page: Page): Promise<number[]> {
  return page
    .locator("rect.fill-border")
    .evaluateAll((parts) => parts.map((part) => Number(part.getAttribute("width"))));
}

function right(part: Element): number {
  return Number(part.getAttribute("x")) + Number(part.getAttribute("width"));
}
