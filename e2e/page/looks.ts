/** How a page stands there: in both themes, on a desk and on a phone, for those who see it and those who do not. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { COLORS, DESKTOP, findings, overhang, PHONE, shoot } from "../browser.ts";

const PLACES = [
  ["desk", DESKTOP.viewport!, false],
  ["phone", PHONE.viewport!, true],
] as const;

/** Nothing is wider than its window, axe finds nothing; each look leaves a picture. */
export async function looks(page: Page, name: string): Promise<void> {
  for (const [where, size, isTouched] of PLACES) {
    await hold(page, size, isTouched);
    for (const theme of ["light", "dark"] as const) {
      await turn(page, theme);
      expect(await overhang(page), `${name} ${where}`).toBe(0);
      // A mouse pushes no strip.
      if (!isTouched) expect(await cutNavs(page), `${name} ${where}`).toEqual([]);
      // Another theme is other colors and nothing else.
      expect(
        await findings(page, theme === "light" ? undefined : COLORS),
        `${name} ${where} ${theme}`,
      ).toEqual([]);
      await shoot(page, `${name} ${where} ${theme}`);
    }
  }
  await turn(page, "light");
  await hold(page, DESKTOP.viewport!, false);
}

/** Lists of links of which a part lies beyond their edge. */
function cutNavs(page: Page): Promise<(string | null)[]> {
  return page
    .locator("nav")
    .evaluateAll((navs) =>
      navs.filter((nav) => nav.scrollWidth > nav.clientWidth).map((nav) => nav.getAttribute("aria-label")),
    );
}

async function turn(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.evaluate((dark) => document.documentElement.classList.toggle("dark", dark), theme === "dark");
}

/** As a device of this size, with a mouse or with fingers. */
async function hold(page: Page, size: { width: number; height: number }, isTouched: boolean): Promise<void> {
  await page.setViewportSize(size);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: isTouched });
  // A session that ends takes what it told with it.
  sessions
    .get(page)
    ?.detach()
    .catch(() => undefined);
  sessions.set(page, devtools);
}
const sessions = new WeakMap<Page, { detach(): Promise<void> }>();

/** Until a film shows a picture of its middle, where there is one: else it is a wheel that turns. */
export async function untilPictured(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const video = document.querySelector("video");
    if (video === null) return;
    const told = (name: string): Promise<unknown> =>
      new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
    video.pause();
    video.preload = "auto";
    if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) await told("canplay");
    const sought = told("seeked");
    const painted = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    video.currentTime = video.duration / 2;
    await Promise.all([sought, painted]);
  });
  if ((await page.locator("video").count()) > 0) await expect.poll(() => isWaiting(page)).toBe(false);
}

/** Whether the browser's own wheel turns over a film: it does so to the end of a turn. */
async function isWaiting(page: Page): Promise<boolean> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("DOM.enable");
  await devtools.send("CSS.enable");
  const { nodes } = await devtools.send("DOM.getFlattenedDocument", { depth: -1, pierce: true });
  const wheel = nodes.find(({ attributes = [] }) =>
    attributes.includes("-internal-media-controls-loading-panel"),
  );
  if (wheel === undefined) return false;
  const { computedStyle } = await devtools.send("CSS.getComputedStyleForNode", { nodeId: wheel.nodeId });
  await devtools.detach();
  return computedStyle.find(({ name }) => name === "display")?.value !== "none";
}
