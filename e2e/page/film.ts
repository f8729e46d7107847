/** What people do with the page, whichever runtime serves it: a film is made, watched and played; a key is asked for. */
import type { Client } from "@myspinbot/client/client.ts";
import type { Service } from "@myspinbot/services/service.ts";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { brightness, findings, shoot, visit } from "./browser.ts";

export const WORDS = "Hello. I live on a box at home.";
/** As long as a film may take here. */
export const FILM_MS = 240_000;

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

interface Film {
  browser: Browser;
  base: string;
  client: Client;
  /** What serves the page: it is killed on the way. */
  service: Pick<Service, "kill" | "start">;
  /** Where nobody is served without one. */
  key?: string;
}

/** @returns the run */
export async function makeFilm({ browser, base, client, service, key }: Film): Promise<string> {
  const runs = async () => (await client.runs.list()).runs.map(({ run_id }) => run_id);
  const before = await runs();
  const { page, complaints, close } = await visit(browser, base);
  await page.goto("/");
  if (key !== undefined) await signIn(page, key);
  await page.getByRole("textbox", { name: "Words" }).fill(WORDS);
  await page.getByText("More options").click();
  await page.locator("[data-pointer='/size']").getByText("256", { exact: true }).click();
  await page.getByRole("button", { name: "Make the film" }).dblclick();
  await page.waitForURL(/\/runs\/run_/);
  const film = page.url().split("/").at(-1)!;
  expect((await runs()).filter((run) => !before.includes(run))).toEqual([film]);

  await page.locator("[data-node=speech]").filter({ hasText: "Running" }).waitFor();
  await page.reload();
  await page.locator("[data-node=script]").filter({ hasText: "Done" }).waitFor();

  await service.kill();
  await page.getByText("The gateway does not answer").waitFor();
  await service.start();
  await page.getByText("The gateway does not answer").waitFor({ state: "detached" });
  await shoot(page, `run-live-desktop-light${key === undefined ? "" : "-edge"}`);

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
  expect(await page.title()).toBe(`✓ ${WORDS} · MySpinBot`);
  expect(complaints).toEqual([]);
  await close();
  return film;
}

interface Watched {
  browser: Browser;
  base: string;
  /** A run that has made one. */
  film: string;
  /** With all scopes but that of other owners. */
  key: string;
}

/** Without a key, with a wrong one, with the right one, and by the link to one run. */
export async function useKey({ browser, base, film, key }: Watched): Promise<void> {
  const { page, complaints, close } = await visit(browser, base);
  await page.goto(`/runs/${film}`);
  await signIn(page, "msb_wrong");
  await page.getByText("This key is not known here").waitFor();
  await signIn(page, key);
  await page.locator("video").waitFor();
  await expect
    .poll(() => page.locator("video").evaluate((video: HTMLVideoElement) => video.readyState))
    .toBeGreaterThan(0);
  expect(page.url()).not.toContain("msb_");
  await page.goto("/box/keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Owner").fill("ann");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.locator("[data-key]").filter({ hasText: /^msb_/ }).waitFor();
  expect(await findings(page)).toEqual([]);
  await page.getByRole("button", { name: "I have kept it" }).click();
  const row = page.locator("main li").filter({ hasText: "ann" });
  await row.getByRole("button", { name: "Revoke" }).click();
  expect(await findings(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await row.waitFor({ state: "detached" });
  expect(await page.content()).not.toContain("msb_");
  await page.goto(`/runs/${film}`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy a link to this run" }).click();
  await page.getByText(/^Copied\./).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  expect(complaints).toEqual([]);
  await close();

  const watcher = await visit(browser, base);
  await watcher.page.goto(link);
  await watcher.page.locator("video").waitFor();
  await expect
    .poll(() => watcher.page.locator("video").evaluate((video: HTMLVideoElement) => video.readyState))
    .toBeGreaterThan(0);
  await watcher.page.goto("/runs");
  await watcher.page.getByLabel("API key").waitFor();
  expect(watcher.complaints).toEqual([]);
  await watcher.close();
}
