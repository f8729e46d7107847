/** What people do with a film, whichever runtime serves the page: it is made, watched and played, and made again in part. */
import type { Service } from "@myspinbot/services/service.ts";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { brightness, findings, PHONE, shoot, overhang } from "../browser.ts";
import { come, type Front } from "./front.ts";

export const WORDS = "Hello. I live on a box at home.";
/** As long as a film may take here. */
export const FILM_MS = 240_000;

/**
 * @param service what serves the page: it is killed on the way
 * @param onRun hears of the run as soon as it is there
 * @returns the run
 */
export async function makeFilm(
  front: Front,
  service: Pick<Service, "kill" | "start">,
  onRun?: (run_id: string) => void,
): Promise<string> {
  const { client } = front;
  const runs = async () => (await client.runs.list()).runs.map(({ run_id }) => run_id);
  const before = await runs();
  const { page, complaints, close } = await come(front);
  await page.goto("/");
  await page.getByRole("textbox", { name: "Words" }).fill(WORDS);
  await page.getByText("More options").click();
  await page.locator("[data-pointer='/size']").getByText("256", { exact: true }).click();
  await page.getByRole("button", { name: "Make the film" }).dblclick();
  await page.waitForURL(/\/runs\/run_/);
  const film = page.url().split("/").at(-1)!;
  onRun?.(film);
  expect((await runs()).filter((run) => !before.includes(run))).toEqual([film]);

  await page.locator("[data-node=speech]").filter({ hasText: "Running" }).waitFor();
  await page.reload();
  await page.locator("[data-node=script]").filter({ hasText: "Done" }).waitFor();

  await service.kill();
  await page.getByText("The gateway does not answer").waitFor();
  await service.start();
  await page.getByText("The gateway does not answer").waitFor({ state: "detached" });
  await shoot(page, `run live desk light${front.called}`);

  const player = page.locator("video");
  await player.waitFor({ timeout: FILM_MS });
  await player.evaluate((video: HTMLVideoElement) => {
    video.muted = true;
    return video.play();
  });
  await expect
    .poll(() => player.evaluate((video: HTMLVideoElement) => video.currentTime))
    .toBeGreaterThan(0.3);
  expect(await brightness(page)).toBeGreaterThan(10);
  await expect
    .poll(() => player.evaluate((video: HTMLVideoElement) => video.textTracks[0]?.cues?.length ?? 0))
    .toBeGreaterThan(0);
  await readBeneath(page);
  expect(await page.title()).toBe(`✓ ${WORDS} · MySpinBot`);
  expect(complaints).toEqual([]);
  await close();
  return film;
}

/** Captions stand below the film, where they cover nothing, also while its player shows what it can be told. */
async function readBeneath(page: Page): Promise<void> {
  const player = page.locator("video");
  const said = await player.evaluate((video: HTMLVideoElement) => {
    const { cues, mode } = video.textTracks[0]!;
    const first = cues![0] as VTTCue;
    video.pause();
    video.currentTime = first.startTime + 0.05;
    return { mode, text: first.text };
  });
  expect(said.mode, "drawn by the browser").toBe("hidden");
  const beneath = page.locator("[data-captions]").getByText(said.text);
  await beneath.waitFor();
  const [film, words] = await Promise.all([player.boundingBox(), beneath.boundingBox()]);
  expect(words!.y).toBeGreaterThanOrEqual(film!.y + film!.height);
}

/** From its last node on with another title. @returns the new run */
export async function forkFilm(front: Front, film: string): Promise<string> {
  const { client } = front;
  const { page, complaints, close } = await come(front);
  await page.goto(`/runs/${film}`);
  await page.locator("[data-node=final]").click();
  expect(await findings(page)).toEqual([]);
  await page.getByRole("link", { name: "Run again from here" }).click();
  await page.getByRole("note").filter({ hasText: "From Final on." }).waitFor();
  expect(await page.getByRole("textbox", { name: "Words" }).inputValue()).toBe(WORDS);
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
  expect(nodes.filter(({ reused_from }) => reused_from === undefined).map(({ node_id }) => node_id)).toEqual([
    "final",
  ]);
  await page.locator("[data-lineage=from] a").click();
  await page.waitForURL(`**/runs/${film}`);
  const forks = page.locator("[data-lineage=forks] a");
  await forks.first().waitFor();
  expect(await forks.count(), "a double click made one").toBe(1);
  await page.setViewportSize(PHONE.viewport!);
  expect(await overhang(page)).toBe(0);
  expect(complaints).toEqual([]);
  await close();
  return fork;
}
