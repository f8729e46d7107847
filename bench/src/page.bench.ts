/**
 * What the page costs a browser: scripts of a first load, when the largest thing stands there, how far things jump, the
 * main thread's CPU for 10,000 events, how smoothly they scroll by, and what an hour of them leaves. A real Chromium out of a package, a real gateway; every load is a cold one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Run } from "@myspinbot/contracts/types.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey } from "@myspinbot/services/valkey.ts";
import { openBrowser, visit, type Visitor } from "../../e2e/browser.ts";
import { FIRST_LOADS, scriptBytes } from "../../e2e/first-load.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { median } from "./lib/stats.ts";
import { heapOverAnHour } from "./page/hour.ts";
import { scrollThrough } from "./page/scroll.ts";
import { busyFrames, lastFrame, snapshotFrame } from "./page/streams.ts";

const ROUNDS = 7;
const EVENTS = 10_000;
/** What still moves after that was not part of the load. */
const SETTLED_MS = 500;

interface Load {
  bytes: number;
  paintMs: number;
  shift: number;
}

const dir = await mkdtemp(join(tmpdir(), "bench-page-"));
const [browser, valkey, store] = await Promise.all([
  openBrowser(),
  startValkey({ dir: join(dir, "redis") }),
  startSeaweed({ dir: join(dir, "s3") }),
]);
const gateway = await startGateway({
  ...{ dir: join(dir, "gateway"), redisUrl: valkey.urlOf("gateway"), s3: store },
});

/** Opens an address in a browser that has nothing of it. */
async function load(path: string, ready: string): Promise<Load> {
  const { page, close } = await visit(browser, gateway.url);
  await page.addInitScript(() => {
    const found = { paintMs: 0, shift: 0 };
    Object.assign(globalThis, { found });
    new PerformanceObserver((list) => {
      found.paintMs = list.getEntries().at(-1)?.startTime ?? found.paintMs;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) found.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(path);
  await page.locator(ready).first().waitFor();
  await page.waitForTimeout(SETTLED_MS);
  const seen = await page.evaluate(
    () => (globalThis as unknown as { found: { paintMs: number; shift: number } }).found,
  );
  const bytes = await scriptBytes(page);
  await close();
  return { bytes, ...seen };
}

/** Opens a run whose stream has so many events and its end. */
async function openBusy(visitor: Visitor, run: Run, count: number, tab: string): Promise<void> {
  const { page } = visitor;
  const body = snapshotFrame(run) + busyFrames(run, 1, count) + lastFrame(run, count + 1);
  await page.route("**/v1/runs/*/events**", (route) =>
    route.fulfill({ contentType: "text/event-stream", body }),
  );
  await page.goto(`/runs/${run.run_id}?tab=${tab}`);
  await page.getByText("Canceled").first().waitFor();
}

/** CPU seconds of the page's main thread for a run with so many events, from the first byte to its end. */
async function follow(run: Run, count: number): Promise<number> {
  const visitor = await visit(browser, gateway.url);
  const { page, close } = visitor;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await openBusy(visitor, run, count, "time");
  await page.waitForTimeout(SETTLED_MS);
  const { metrics } = await devtools.send("Performance.getMetrics");
  await close();
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

async function scroll(run: Run): Promise<number> {
  const visitor = await visit(browser, gateway.url);
  const { page, close } = visitor;
  await openBusy(visitor, run, EVENTS, "events");
  await page.getByRole("log", { name: "Events" }).getByText("node.progress").first().waitFor();
  const perSecond = await scrollThrough(page);
  await close();
  return perSecond;
}

async function hour(run: Run): Promise<number[]> {
  const { page, close } = await visit(browser, gateway.url);
  const heap = await heapOverAnHour(page, run);
  await close();
  return heap;
}

try {
  const client = createClient({ base: gateway.url, runtime: systemRuntime });
  // No box is there, so it stands still while it is looked at.
  const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
  const run = await client.runs.get(run_id);

  const loads = new Map(FIRST_LOADS.map(({ name }) => [name, [] as Load[]]));
  const cpu: { busy: number; idle: number }[] = [];
  const scrolled: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, path, ready } of FIRST_LOADS) loads.get(name)!.push(await load(path(run_id), ready));
    cpu.push({ busy: await follow(run, EVENTS), idle: await follow(run, 0) });
    scrolled.push(await scroll(run));
  }
  const heap = await hour(run);

  const rows = FIRST_LOADS.map(({ name, limit }) => {
    const all = loads.get(name)!;
    const of = (field: keyof Load): number => median(all.map((each) => each[field]));
    return { name, limit, bytes: of("bytes"), paintMs: of("paintMs"), shift: of("shift") };
  });
  printTable(
    `A first load, ${ROUNDS} cold ones each, medians`,
    ["", "scripts, kB gzip", "largest paint, ms", "layout shift"],
    rows.map(({ name, bytes, paintMs, shift }) => [
      ...[name, (bytes / 1000).toFixed(1), paintMs.toFixed(0), shift.toFixed(3)],
    ]),
  );
  const eventsS = median(cpu.map(({ busy, idle }) => busy - idle));
  const perSecond = median(scrolled);
  /** From the second quarter on the lists are as long as they get. */
  const growth = heap.at(-1)! / heap[1]!;
  const targets = Object.fromEntries([
    ...rows.flatMap(({ name, limit, bytes, paintMs, shift }) => [
      [`${name}: scripts`, verdict(bytes, limit, "bytes")],
      [`${name}: largest paint`, verdict(paintMs, 1500, "ms")],
      [`${name}: layout shift`, verdict(shift, 0.02, "")],
    ]),
    [`${EVENTS} events, CPU of the main thread`, verdict(eventsS, 0.5, "s")],
    [`scrolling ${EVENTS} events, pictures per second`, atLeast(perSecond, 55)],
    ["an hour of events, heap at its end to that at its half", verdict(growth, 1.05, "")],
    ["an hour of events, most heap", verdict(Math.max(...heap) / 1e6, 40, "MB")],
  ]) as Record<string, ReturnType<typeof verdict>>;
  console.log("");
  for (const [name, each] of Object.entries(targets))
    console.log(`${name} ${Number(each.value.toPrecision(3))}, ${verdictText(each)}`);
  console.log(
    `heap after each quarter of an hour, MB: ${heap.map((each) => (each / 1e6).toFixed(1)).join(", ")}`,
  );
  saveResults("page", { rounds: ROUNDS, rows, eventsS, scrolled, heap, targets });
} finally {
  await browser.close();
  await gateway.stop();
  await Promise.all([valkey.stop(), store.stop()]);
  await rm(dir, { recursive: true, force: true });
}

function verdict(value: number, limit: number, unit: string) {
  return { value, target: `<= ${limit} ${unit}`.trim(), met: value <= limit };
}

function atLeast(value: number, limit: number) {
  return { value, target: `>= ${limit}`, met: value >= limit };
}
