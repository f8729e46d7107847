/** A run as one trace over both planes: what is told by OTLP, what handlers are given, and what a collector that is away costs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import { Service } from "@myspinbot/services/service.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { programOf } from "./compose/prometheus.ts";
import { clientAt } from "./client.ts";
import type { LedgerLine } from "./world.ts";

const COLLECTOR = programOf("OTELCOL_BIN", "otelcol");
if (!COLLECTOR)
  console.error("otelcol is neither on PATH nor named by OTELCOL_BIN: traces are read by this test only");

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
}
/** The JSON form of OTLP: ExportTraceServiceRequest. */
interface Told {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const GRAPH: Graph = {
  name: "both",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node", params: { sleep_ms: 30 } },
    { id: "b", type: "ledger_python", plane: "python", params: { sleep_ms: 30 }, inputs: { x: "$a.v" } },
    {
      ...{ id: "c", type: "ledger_python", plane: "python", params: { die: true } },
      retry: { max_attempts: 2, backoff_ms: 20 },
    },
    { id: "d", type: "ledger_node", plane: "node" },
  ],
  edges: [{ from: "c", to: "d", on: "failure" }],
  output: { b: "$b.v", d: "$d.v" },
};

let dir: string;
let stack: Stack;
let receiver: Server;
let collector: Service | undefined;
const spans: Span[] = [];
const authorizations = new Set<unknown>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-traces-"));
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    authorizations.add(request.headers.authorization);
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as Told;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  let url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/v1/traces`;
  if (COLLECTOR) url = await throughCollector(COLLECTOR, url);
  writeFileSync(join(dir, "ledger.jsonl"), "");
  stack = await startStack({
    dir: join(dir, "stack"),
    gatewayEnv: {
      GATEWAY_EXTENSIONS: here("extension/gateway.ts"),
      GATEWAY_OTLP_URL: url,
      GATEWAY_OTLP_AUTHORIZATION: "Bearer a secret",
      E2E_LEDGER: join(dir, "ledger.jsonl"),
    },
    gpuNodeEnv: {
      GPU_NODE_EXTENSIONS: ["extension/gpu_node_extension.py", "../gpu-node/tests/without_engines.py"]
        .map(here)
        .join(","),
      GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
      E2E_LEDGER: join(dir, "ledger.jsonl"),
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await collector?.stop();
  receiver?.closeAllConnections();
  receiver?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The real one takes what we tell, judges it, and tells it on to this test. */
async function throughCollector(program: string, url: string): Promise<string> {
  const port = await freePort();
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}`, include_metadata: true } } } },
    exporters: {
      otlp_http: {
        traces_endpoint: url,
        encoding: "json",
        compression: "none",
        headers: { authorization: "Bearer a secret" },
      },
    },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp_http"] } },
    },
  };
  writeFileSync(join(dir, "otelcol.json"), JSON.stringify(config));
  collector = new Service({
    name: "otelcol",
    command: program,
    args: ["--config", join(dir, "otelcol.json")],
    logFile: join(dir, "otelcol.log"),
    isReady: async () =>
      (await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: "POST" })).status !== 404,
    readyWithinMs: 30_000,
    stopSignal: "SIGTERM",
    graceMs: 5_000,
  });
  await collector.start();
  return `http://127.0.0.1:${port}/v1/traces`;
}

async function run(): Promise<string> {
  const { runs } = clientAt(stack.gateway.url);
  const { run_id } = await runs.submit({ graph: GRAPH, input: {} });
  expect(await runs.watch(run_id)).toMatchObject({ status: "succeeded" });
  return run_id;
}

const ledger = (): LedgerLine[] =>
  readFileSync(join(dir, "ledger.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as LedgerLine);

describe("a run", () => {
  it("is one trace: the run, each attempt of each node on either plane, and its parts", async () => {
    const run_id = await run();
    await vi.waitUntil(() => spans.some(({ name }) => name === "run both"), 60_000);
    const whole = spans.find(({ name }) => name === "run both")!;
    expect(whole.parentSpanId ?? "").toBe("");
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([whole.traceId]));
    const attempts = spans.filter(({ parentSpanId }) => parentSpanId === whole.spanId);
    expect(attempts.map(({ name, status }) => [name, status.code ?? 0]).toSorted()).toEqual([
      ["ledger_node", 0],
      ["ledger_node", 0],
      ["ledger_python", 0],
      ["ledger_python", 2],
      ["ledger_python", 2],
    ]);
    const ids = new Set(attempts.map(({ spanId }) => spanId));
    const parts = spans.filter(({ parentSpanId }) => ids.has(parentSpanId!));
    expect(parts.map(({ name }) => name)).toContain("execute");
    expect(spans).toHaveLength(1 + attempts.length + parts.length);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans)
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
    expect([...authorizations]).toEqual(["Bearer a secret"]);

    // Handlers can be part of it: what they are given is their attempt's span.
    const given = ledger().filter(({ run, phase }) => run === run_id && phase === "begin");
    expect(given.map(({ node }) => node).toSorted()).toEqual(["a", "b", "c", "c", "d"]);
    for (const { traceparent } of given) {
      const [, trace, span] = /^00-(\w{32})-(\w{16})-01$/.exec(traceparent!)!;
      expect([trace, ids.has(span!)]).toEqual([whole.traceId, true]);
    }
  });

  it("ends all the same while nobody takes its trace, which is said once", async () => {
    const before = await run();
    await vi.waitUntil(() => spans.filter(({ name }) => name === "run both").length === 2, 60_000);
    await collector?.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    const after = [await run(), await run()];
    expect(new Set([before, ...after]).size).toBe(3);
    await vi.waitUntil(() => stack.gateway.service.logTail(200).includes("traces are not taken"), 60_000);
    await stack.gateway.stop();
    const said = stack.gateway.service
      .logTail(500)
      .split("\n")
      .filter((line) => line.includes("traces are"));
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain("a secret");
  });
});
