/**
 * What the page costs a browser: scripts of a first load, when the largest thing stands there, how far things jump, and
 * the main thread's CPU for 10,000 events. A real Chromium out of a package, a real gateway; every load is a cold one.
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
import { openBrowser, visit } from "../../e2e/browser.ts";
import { FIRST_LOADS, scriptBytes } from "../../e2e/first-load.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { median } from "./lib/stats.ts";

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

/** CPU seconds of the page's main thread for a run with so many events, from the first byte to its end. */
async function follow(run: Run, count: number): Promise<number> {
  const { page, close } = await visit(browser, gateway.url);
  await page.route("**/v1/runs/*/events**", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: streamOf(run, count) }),
  );
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`/runs/${run.run_id}?tab=time`);
  await page.getByText("Canceled").first().waitFor();
  await page.waitForTimeout(SETTLED_MS);
  const { metrics } = await devtools.send("Performance.getMetrics");
  await close();
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

function streamOf(run: Run, count: number): string {
  const frame = (seq: number, type: string, data: object): string =>
    `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  const event = (seq: number, type: string, data: object): string =>
    frame(seq, type, {
      ...{ seq, type, run_id: run.run_id, at: run.created_at, data },
      ...(type.startsWith("node.") ? { node_id: "wished" } : {}),
    });
  const busy = Array.from({ length: count }, (_, i) =>
    i % 2 === 0
      ? event(i + 1, "node.progress", { done: i, total: count, unit: "frames" })
      : event(i + 1, "node.log", { level: "info", message: `Frame ${i} of ${count} was drawn.` }),
  );
  return [
    frame(0, "snapshot", { seq: 0, run: { ...run, status: "running" } }),
    ...busy,
    event(count + 1, "run.canceled", {}),
  ].join("");
}

try {
  const client = createClient({ base: gateway.url, runtime: systemRuntime });
  // No box is there, so it stands still while it is looked at.
  const { run_id } = await client.runs.submit({ graph: "speak", input: { text: "Hello." } });
  const run = await client.runs.get(run_id);

  const loads = new Map(FIRST_LOADS.map(({ name }) => [name, [] as Load[]]));
  const cpu: { busy: number; idle: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, path, ready } of FIRST_LOADS) loads.get(name)!.push(await load(path(run_id), ready));
    cpu.push({ busy: await follow(run, EVENTS), idle: await follow(run, 0) });
  }

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
  const targets = Object.fromEntries([
    ...rows.flatMap(({ name, limit, bytes, paintMs, shift }) => [
      [`${name}: scripts`, verdict(bytes, limit, "bytes")],
      [`${name}: largest paint`, verdict(paintMs, 1500, "ms")],
      [`${name}: layout shift`, verdict(shift, 0.02, "")],
    ]),
    [`${EVENTS} events, CPU of the main thread`, verdict(eventsS, 0.5, "s")],
  ]) as Record<string, ReturnType<typeof verdict>>;
  console.log("");
  for (const [name, each] of Object.entries(targets))
    console.log(`${name} ${Number(each.value.toPrecision(3))}, ${verdictText(each)}`);
  saveResults("page", { rounds: ROUNDS, rows, eventsS, targets });
} finally {
  await browser.close();
  await gateway.stop();
  await Promise.all([valkey.stop(), store.stop()]);
  await rm(dir, { recursive: true, force: true });
}

function verdict(value: number, limit: number, unit: string) {
  return { value, target: `<= ${limit} ${unit}`.trim(), met: value <= limit };
}
