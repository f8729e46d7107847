/** Through what people come to the page: which browser, which address, and whose key where one is needed. */
import type { Client } from "@myspinbot/client/client.ts";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { visit, type Visitor } from "../browser.ts";

export interface Front {
  browser: Browser;
  base: string;
  client: Client;
  /** Tells its pictures from those of another; nothing for the gateway on Node. */
  called: string;
  /** What a browser has kept that was signed in. */
  storageState?: Exclude<BrowserContextOptions["storageState"], undefined | string>;
}

export function come({ browser, base, storageState }: Front): Promise<Visitor> {
  return visit(browser, base, storageState === undefined ? {} : { storageState });
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Comes with a key, and stays signed in. */
export async function signedIn(front: Front, key: string): Promise<Front> {
  const { page, close } = await come(front);
  await page.goto("/");
  await page.getByLabel("Stay signed in").check();
  await signIn(page, key);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  const storageState = await page.context().storageState();
  await close();
  return { ...front, storageState };
}
