/** Unpacks the browser before the tests begin: two files of them at once would run what the other is still writing. */
import { NO_BROWSER, unpackBrowser } from "./browser.ts";

export async function setup(): Promise<void> {
  if (NO_BROWSER === undefined) await unpackBrowser();
}
