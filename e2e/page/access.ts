/** Who may look: nobody without a key or with a wrong one, whoever has a right one, and one run by a link. */
import { expect } from "vitest";
import { findings, visit } from "../browser.ts";
import { type Front, signIn } from "./front.ts";
import { looks } from "./looks.ts";

/**
 * @param film a run that has made one
 * @param key with all scopes but that of other owners
 */
export async function useKey({ browser, base, called }: Front, film: string, key: string): Promise<void> {
  // That there is a key now is known a while after it was made.
  await expect.poll(async () => (await fetch(`${base}/v1/graphs`)).status).toBe(401);
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
  if (called === "") await looks(page, "box new key");
  await page.getByRole("button", { name: "I have kept it" }).click();
  const row = page.locator("main li").filter({ hasText: "ann" });
  if (called === "") await looks(page, "box keys");
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
