/** A real browser out of a package, for the tests of the page: opened once, and watched for whatever it complains about. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import packed from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Another browser than the packed one, where that does not run: it is made for Linux on x86-64. */
const OTHER = process.env.CHROMIUM_PATH;
export const NO_BROWSER =
  OTHER !== undefined || (process.platform === "linux" && process.arch === "x64")
    ? undefined
    : "there is no packed browser for this machine: CHROMIUM_PATH can name one";

/** A bound for a busy machine, not an expectation. */
const PATIENCE_MS = 60_000;
const SHOTS = join(ROOT, ".data", "shots");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const PHONE: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

/** @returns where the browser is */
export async function unpackBrowser(): Promise<string> {
  return OTHER ?? packed.executablePath();
}

/** @throws Error that says why no browser runs here */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await unpackBrowser();
  const args = ["--no-sandbox", "--font-render-hinting=none", "--autoplay-policy=no-user-gesture-required"];
  return chromium.launch({ executablePath, args });
}

export interface Visitor {
  page: Page;
  /** What the browser has complained about: refused scripts and styles, errors nobody caught. */
  complaints: string[];
  close(): Promise<void>;
}

/** Somebody with a browser that knows nothing yet. */
export async function visit(
  browser: Browser,
  base: string,
  options?: BrowserContextOptions,
): Promise<Visitor> {
  // The packed browser's own language is that of the machine, which may be the name of none.
  const whose = { baseURL: base, locale: "en-US", reducedMotion: "reduce" } as const;
  const context = await browser.newContext({ ...whose, ...DESKTOP, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // That an answer was none is what some tests are about.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** A picture for people, in an ignored folder. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  // As PNG it takes two and a half times as long, some two hundred times.
  await page.screenshot({ path: join(SHOTS, `${name}.jpg`), quality: 90 });
}

/** Rules of axe that colors decide. */
export const COLORS = ["color-contrast", "link-in-text-block"];

/**
 * What the page is like for those who do not see it, or not well: each finding with where it is.
 * @param rules only these; all of them where it is not said
 */
export async function findings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({
      resultTypes: ["violations"],
      runOnly: rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
    );
  }, rules);
}

/** How much wider than its window the page is. */
export async function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Mean brightness of what a player shows now, from 0 to 255. */
export async function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const video = document.querySelector("video");
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 16;
    const paper = canvas.getContext("2d");
    if (video === null || paper === null) return 0;
    paper.drawImage(video, 0, 0, 16, 16);
    const { data } = paper.getImageData(0, 0, 16, 16);
    return data.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0) / (16 * 16 * 3);
  });
}
