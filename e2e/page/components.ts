/** Single components of the page, each alone in a document of a browser: built once, and served by nobody. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "@myspinbot/services/binaries.ts";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Visitor, visit } from "../browser.ts";

/** Nobody listens there: what the document asks for is answered by the test. A browser takes it for a safe place. */
const ORIGIN = "http://localhost";
const UI = join(ROOT, "ui");

/** What ui/test/components.svelte.ts puts into the document. */
interface Document {
  components: {
    show(name: string, props: object, hears: Readonly<Record<string, string>>): void;
    set(changed: object): void;
    told: [callback: string, value: unknown][];
  };
}

/** @param dir an empty folder for what is built */
export async function buildComponents(dir: string): Promise<void> {
  const vite = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const args = ["build", "--config", "test/vite.config.ts", "--outDir", dir, "--logLevel", "error"];
  // What runs tests says that it does; this is built as the page is.
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [vite, ...args], { cwd: UI, env });
}

/** @param now what the clock of the visitor's machine shows, all the time */
export async function openDocument(
  browser: Browser,
  dir: string,
  { now, ...options }: BrowserContextOptions & { now?: string } = {},
): Promise<Visitor> {
  const visitor = await visit(browser, ORIGIN, options);
  if (now !== undefined) await visitor.page.clock.setFixedTime(now);
  await visitor.page.route(`${ORIGIN}/**`, (route) => {
    const path = join(dir, new URL(route.request().url()).pathname);
    return route.fulfill(existsSync(path) ? { path } : { status: 404 });
  });
  await visitor.page.goto("/test/components.html");
  return visitor;
}

/**
 * @param props all that is changed later, too
 * @param hears callbacks, each with the prop that becomes what it tells, or ""
 */
export async function show(
  page: Page,
  name: string,
  props: object,
  hears: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.evaluate(
    ({ name, props, hears }) => (globalThis as unknown as Document).components.show(name, props, hears),
    { name, props, hears },
  );
}

export async function change(page: Page, props: object): Promise<void> {
  await page.evaluate((props) => (globalThis as unknown as Document).components.set(props), props);
}

/** What the component has told so far. */
export function told(page: Page): Promise<[callback: string, value: unknown][]> {
  return page.evaluate(() => (globalThis as unknown as Document).components.told);
}
