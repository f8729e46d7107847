/** What people do with a form, whichever runtime serves the page: wrongly, by keys alone, and reading first. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { come, type Front } from "./front.ts";
import { WORDS } from "./film.ts";
import { looks } from "./looks.ts";

/** It is said beside the field, and the draft is kept. */
export async function fillWrongly(front: Front): Promise<void> {
  const { page, complaints, close } = await come(front);
  await page.goto("/make/talking-avatar");
  await page.getByRole("button", { name: "Make the film" }).click();
  await page.getByText("Please fill this in.").waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid")))
    .toBe("true");
  await page.getByRole("textbox", { name: "Words" }).fill("Hello.");
  await page.getByText("Please fill this in.").waitFor({ state: "detached" });
  await page.reload();
  expect(await page.getByRole("textbox", { name: "Words" }).inputValue(), "the draft is kept").toBe("Hello.");
  expect(complaints).toEqual([]);
  await close();
}

/** Written, sent, watched, canceled. */
export async function useKeysAlone(front: Front): Promise<void> {
  const { page, complaints, close } = await come(front);
  await page.goto("/make/speak");
  await page.getByRole("textbox", { name: "Words" }).waitFor();
  await tabTo(page, (name) => name === "TEXTAREA");
  await page.keyboard.type("These words are written without a mouse. ");
  await page.keyboard.insertText(
    "Many more are dictated, so that somebody can still change their mind. ".repeat(25),
  );
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
}

/** Reads, mends and approves the words, and stops it. */
export async function approve(front: Front): Promise<void> {
  const { page, complaints, close } = await come(front);
  await page.goto("/make/talking-avatar");
  await page.getByRole("textbox", { name: "Words" }).fill(WORDS);
  await page.getByRole("switch", { name: "Let me read it first" }).check();
  await page.getByRole("button", { name: "Make the film" }).click();
  const asked = page.getByRole("region", { name: "Shall the avatar say this?" });
  const words = asked.getByLabel("Text", { exact: true });
  await words.waitFor();
  expect(await words.inputValue()).toBe(WORDS);
  if (front.called === "") await looks(page, "run waiting");
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
