/** An old page after a deploy: parts that it asks for are gone, so it is loaded anew, once. */
import { navigating, updated } from "$app/state";
import { clock } from "./clock.svelte.ts";

const PLACE = "reloaded";
/** Within this time the same trouble is none that a reload mends. */
const ONCE_MS = 60_000;

/** Without storage it would be loaded again and again. @returns whether it is this page's turn */
function takeTurn(): boolean {
  try {
    if (clock.read() - Number(sessionStorage.getItem(PLACE) ?? 0) < ONCE_MS) return false;
    sessionStorage.setItem(PLACE, String(clock.read()));
    return true;
  } catch {
    return false;
  }
}

/** While nobody answers, what stands here is worth more than the browser's own words. */
async function onLost(): Promise<void> {
  // Where a page does not come, the framework goes to it anew by itself.
  if (navigating.to !== null) return;
  if ((await updated.check()) && takeTurn()) location.reload();
}

/** For an effect. @returns what stops it */
export function reloadAfterDeploy(): () => void {
  const lost = (): void => void onLost();
  window.addEventListener("vite:preloadError", lost);
  return () => window.removeEventListener("vite:preloadError", lost);
}
