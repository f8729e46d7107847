/** How smoothly a long list of events goes by: the window is moved on at each picture of the screen. */
import type { Visitor } from "../../../e2e/browser.ts";

const PICTURES = 300;
/** As far as a wheel turns at once. */
const STEP_PX = 120;

/** @returns pictures per second */
export function scrollThrough(page: Visitor["page"]): Promise<number> {
  return page.evaluate(
    ([pictures, px]) =>
      new Promise<number>((resolve) => {
        let first = 0;
        let seen = -1;
        const step = (now: number): void => {
          seen += 1;
          if (seen === 0) first = now;
          if (seen === pictures) return resolve((seen * 1000) / (now - first));
          window.scrollBy(0, px!);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    [PICTURES, STEP_PX],
  );
}
