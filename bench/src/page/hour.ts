/** What an hour of events leaves in a page's memory: ten a second, by a clock that is moved, with the list of events open. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { Visitor } from "../../../e2e/browser.ts";
import { busyFrames, snapshotFrame } from "./streams.ts";

const QUARTERS = 4;
const EVENTS_PER_QUARTER = 9_000;

/** @returns bytes in use after each quarter, when garbage was collected */
export async function heapOverAnHour(page: Visitor["page"], run: Run): Promise<number[]> {
  await page.clock.install();
  await page.route("**/v1/runs/*/events**", (route) => {
    const seen = Number(route.request().headers()["last-event-id"] ?? 0);
    const body = (seen === 0 ? snapshotFrame(run) : "") + busyFrames(run, seen + 1, EVENTS_PER_QUARTER);
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  const devtools = await page.context().newCDPSession(page);
  await page.goto(`/runs/${run.run_id}?tab=events`);
  const heap: number[] = [];
  for (let quarter = 1; quarter <= QUARTERS; quarter += 1) {
    await page
      .getByRole("tab", { name: new RegExp(`^Events\\s*${quarter * EVENTS_PER_QUARTER}$`) })
      .waitFor();
    await devtools.send("HeapProfiler.collectGarbage");
    heap.push((await devtools.send("Runtime.getHeapUsage")).usedSize);
    // A stream that ended is asked for again after a while.
    await page.clock.fastForward("15:00");
  }
  return heap;
}
