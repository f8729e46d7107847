/** What dashboards and alerts ask, asked of a real Prometheus over a busy system: everything has an answer. */
import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { programOf, type Prometheus, startPrometheus, startRedisExporter } from "./compose/prometheus.ts";
import { wantedBy } from "./compose/promql.ts";
import { alerts, panels } from "./compose/watched.ts";
import { uploaded } from "./client.ts";
import { wedge } from "./wedge.ts";
import { startWorld, type World } from "./world.ts";

const PROMETHEUS = programOf("PROMETHEUS_BIN", "prometheus");
const PROMTOOL = programOf("PROMTOOL_BIN", "promtool");
const EXPORTER = programOf("REDIS_EXPORTER_BIN", "prometheus-redis-exporter");
/** Exporters that only a container engine, a GPU or a tunnel has. */
const NOT_HERE = /^(DCGM_|container_|cloudflared_)/;
const OF_REDIS = /^redis_/;

const skipped = (what: string, variable: string): string => {
  console.error(`${what} is neither on PATH nor named by ${variable}: checked without it only`);
  return "";
};
if (!PROMETHEUS) skipped("prometheus", "PROMETHEUS_BIN");
if (!PROMTOOL) skipped("promtool", "PROMTOOL_BIN");
if (!EXPORTER) skipped("prometheus-redis-exporter", "REDIS_EXPORTER_BIN");

it.skipIf(!PROMTOOL)("each alert rings when it must, and not before", () => {
  const { status, stdout, stderr } = spawnSync(PROMTOOL!, ["test", "rules", "alerts.test.yml"], {
    cwd: join(ROOT, "infra", "prometheus"),
    encoding: "utf8",
  });
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

describe.skipIf(!PROMETHEUS)("a busy system", () => {
  let world: World;
  let prometheus: Prometheus;
  let receiver: Server;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    world = await startWorld({ engines: true });
    stops.push(() => world.stop());
    receiver = createServer((request, response) => {
      request.resume().once("end", () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    stops.push(() => new Promise((resolve) => receiver.close(resolve)));
    const exporter =
      EXPORTER && (await startRedisExporter(EXPORTER, world.dir, world.valkey.urlOf("watcher")));
    if (exporter) stops.push(() => exporter.stop());
    const at = (servers: readonly { url: string }[]): string[] => servers.map(({ url }) => new URL(url).host);
    prometheus = await startPrometheus(PROMETHEUS!, join(world.dir, "prometheus"), {
      gateway: at(world.gateways),
      "gpu-node": at(world.gpuNodes),
      ...(exporter ? { redis: [exporter.address] } : {}),
    });
    stops.push(() => prometheus.stop());
    await beBusy();
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  const graph = (params: Record<string, unknown>, max_attempts = 1): Graph => ({
    name: "one",
    nodes: [
      { id: "a", type: "ledger_python", plane: "python", params, retry: { max_attempts, backoff_ms: 50 } },
    ],
    output: { v: "$a.v" },
  });

  /** A box goes from an engine with models to one without, which leaves the models where they are. */
  const spoken: Graph = {
    name: "spoken",
    nodes: [
      { id: "said", type: "synthesize_speech", plane: "python", inputs: { text: "Hello." } },
      { id: "a", type: "ledger_python", plane: "python" },
    ],
    edges: [{ from: "said", to: "a", on: "success" }],
    output: { v: "$a.v" },
  };

  /** Whatever can be counted happens: films, failures, a box that dies, webhooks, followers, entries that nobody reads. */
  async function beBusy(): Promise<void> {
    const { runs } = world.client;
    const { port } = receiver.address() as AddressInfo;
    const webhook = { url: `http://127.0.0.1:${port}/` };
    const ended = async (body: Parameters<typeof runs.submit>[0]): Promise<string> =>
      (await runs.watch((await runs.submit(body)).run_id)).status;
    const { run_id } = await runs.submit({ graph: graph({ sleep_ms: 60_000 }, 3), input: {} });
    await vi.waitUntil(
      () => world.ledger().some(({ run, phase }) => run === run_id && phase === "begin"),
      20_000,
    );
    for (const box of world.gpuNodes) await box.service.kill();
    await Promise.all(world.gpuNodes.map((box) => box.service.start()));
    await runs.cancel(run_id, { waitS: 20 });
    // What the boxes themselves count begins anew with them.
    await uploaded(world.client, { bytes: new Uint8Array(wedge(64)), mediaType: "image/png" });
    const speak = { graph: "speak", input: { text: "Hello.", voice: { name: "heart" } }, webhook };
    // What runs of a graph took before is expected of the next ones.
    for (let i = 0; i < 3; i += 1) expect(await ended(speak)).toBe("succeeded");
    expect(await ended({ graph: graph({ die: true }), input: {} })).toBe("failed");
    expect(await ended({ graph: spoken, input: {} })).toBe("succeeded");
    const redis = new Redis(world.valkey.url);
    await redis.xadd(createKeys("msb").poolReports("s0", "default"), "*", "what", "nobody understands");
    await redis.quit();
  }

  async function silentOf(expr: string): Promise<boolean> {
    const text = expr.replaceAll("$__rate_interval", "30s");
    return (await prometheus.ask(text)).length === 0;
  }

  const isOurs = (expr: string): boolean =>
    wantedBy(expr).every(({ metric }) => !NOT_HERE.test(metric) && (EXPORTER || !OF_REDIS.test(metric)));

  it("answers every panel of every dashboard", async () => {
    const asked = panels().filter(([, expr]) => isOurs(expr));
    expect(asked.length).toBeGreaterThan(30);
    const silent = async (): Promise<string[]> => {
      const found = await Promise.all(
        asked.map(async ([where, expr]) => ((await silentOf(expr)) ? [`${where}: ${expr}`] : [])),
      );
      return found.flat();
    };
    let left = await silent();
    // Rates need two looks, which come a second apart.
    const until = Date.now() + 60_000;
    while (left.length > 0 && Date.now() < until) left = await silent();
    expect(left).toEqual([]);
    await expect(silentOf("gateway_walks")).resolves.toBe(true);
    await expect(silentOf("sum(gpu_node_engine_resident_processes) > 0")).resolves.toBe(false);
  });

  it.skipIf(!PROMTOOL)("has names by convention only", async () => {
    const pages = await Promise.all(
      [...world.fronts, ...world.gpuNodes].map(async ({ url }) => {
        const page = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${world.key}` } });
        return [page.status, await page.text()] as const;
      }),
    );
    const said = pages.map(([status, input]) => {
      const tool = spawnSync(PROMTOOL!, ["check", "metrics"], { input, encoding: "utf8" });
      return [status, tool.status, tool.stdout + tool.stderr];
    });
    expect(said).toEqual(pages.map(() => [200, 0, ""]));
  });

  it("evaluates every alert, whose series are all there", async () => {
    const of = alerts();
    await vi.waitFor(async () => {
      const rules = await prometheus.rules();
      expect(rules.map(({ name, health, lastError }) => [name, health, lastError])).toEqual(
        of.map(({ alert }) => [alert, "ok", undefined]),
      );
    }, 60_000);
    const series = of.flatMap(({ alert, expr }) =>
      isOurs(expr) ? wantedBy(expr).map(({ metric }) => [alert, metric] as const) : [],
    );
    const silent = await Promise.all(
      series.map(async ([alert, metric]) => ((await silentOf(metric)) ? [`${alert}: ${metric}`] : [])),
    );
    expect(silent.flat()).toEqual([]);
  });
});
