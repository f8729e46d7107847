/** The metrics in prom-client, with gauges from a real server. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { afterEach, describe, expect, it } from "vitest";
import { createAppHarness, runOf, workNodeTypes, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { createGraphCatalogue } from "../graphs/catalogue.ts";
import { createPrometheusMetrics } from "./prometheus.ts";

let h: AppHarness;
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: { text: "$a.text" },
};

describe("GET /metrics", () => {
  it("shows runs, queues, requests and open streams", async () => {
    const metrics = createPrometheusMetrics({ processMetrics: false });
    h = await createAppHarness("metrics", { deps: { metrics } });
    await h.announceAll();
    const read = async (): Promise<Map<string, number>> => {
      const response = await h.request("/metrics");
      expect(response.headers.get("content-type")).toContain("text/plain");
      const lines = (await response.text())
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"));
      return new Map(
        lines.map((line) => [
          line.slice(0, line.lastIndexOf(" ")),
          Number(line.slice(line.lastIndexOf(" ") + 1)),
        ]),
      );
    };
    expect((await read()).get('gateway_pool_waiting_tasks{pool="node"}')).toBe(0);

    const run = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
    await h.post("/v1/runs", { graph: GRAPH });
    h.driver.startDriver();
    await until(async () => (await read()).get('gateway_pool_waiting_tasks{pool="node"}') === 2);
    await until(async () => (await read()).get('gateway_pool_oldest_waiting_seconds{pool="node"}')! > 0.04);
    const { redis, keys } = h.driver;
    await redis.hset(keys.storage("s0"), { "files:ann": 1, "file_bytes:ann": 70, "file_bytes:bob": 7 });
    const stop = new AbortController();
    const stream = await h.request(`${run.urls.events}?after=0`, {
      headers: { accept: "text/event-stream" },
      signal: stop.signal,
    });
    const queued = await read();
    expect(queued.get('gateway_runs{status="queued"}')).toBe(2);
    expect(queued.get('gateway_stored_bytes{kind="file"}')).toBe(77);
    expect(queued.get('gateway_stored_bytes{kind="artifact"}')).toBe(0);
    expect(queued.get('gateway_stored_objects{kind="file"}')).toBe(1);
    expect(queued.get('gateway_pool_running_tasks{pool="node"}')).toBe(0);
    expect(queued.get('gateway_pool_oldest_waiting_seconds{pool="node"}')).toBeGreaterThan(0.04);
    expect(queued.get("gateway_open_event_streams")).toBe(1);
    expect(queued.get('gateway_request_seconds_count{route="/v1/runs",method="POST",status="202"}')).toBe(2);

    await h.driver.pull("node");
    const running = await read();
    expect(running.get('gateway_pool_waiting_tasks{pool="node"}')).toBe(1);
    expect(running.get('gateway_pool_running_tasks{pool="node"}')).toBe(1);
    stop.abort();
    await until(async () => (await read()).get("gateway_open_event_streams") === 0);
    await stream.body?.cancel();
  });

  it("counts nodes of lists, loops and graphs by node type, and names no instance", async () => {
    const metrics = createPrometheusMetrics({ processMetrics: false });
    const inner: Graph = { ...GRAPH, name: "inner" };
    const graphs = createGraphCatalogue([inner], { nodeTypes: workNodeTypes, pools: ["default"] });
    h = await createAppHarness("grouped", { deps: { metrics, graphs } });
    await h.announceAll();
    h.driver.startDriver();
    h.driver.startExecutor("node", async () => ({ outputs: { text: "made" } }));
    const graph: Graph = {
      name: "grouped",
      input: { list: "Text[]" },
      groups: {
        line: { each: "$input.list", max: 3 },
        take: { repeat: { max: 3, until: { ge: ["$take.index", 1] } } },
      },
      nodes: [
        { id: "each", type: "node_work", plane: "node", group: "line" },
        { id: "again", type: "node_work", plane: "node", group: "take" },
        { id: "said", graph: "inner" },
      ],
      output: { texts: "$each.text", text: "$again.text", said: "$said.text" },
    };
    const { run_id } = await runOf(await h.post("/v1/runs", { graph, input: { list: ["x", "y", "z"] } }));
    await h.driver.waitForEnd(run_id);
    const text = await (await h.request("/metrics")).text();
    // Three of the list, two of the loop, one of the graph.
    expect(text).toContain('gateway_task_seconds_count{node_type="node_work",outcome="succeeded"} 6');
    const types = new Set(Array.from(text.matchAll(/node_type="([^"]*)"/g), ([, type]) => type));
    expect(types).toEqual(new Set(["node_work"]));
    const values = Array.from(text.matchAll(/="([^"]*)"/g), ([, value]) => value!);
    expect(values.filter((value) => /^(each|again|said|line|take)\b/.test(value))).toEqual([]);
    expect(text).not.toContain(run_id);
  });

  it("has labels from closed sets only", async () => {
    const metrics = createPrometheusMetrics({ processMetrics: false });
    h = await createAppHarness("labels", { deps: { metrics } });
    for (const path of ["/nope/1", "/nope/2", "/v1/runs/run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2", "/v1/runs/x"])
      await h.request(path);
    metrics.drive(0.01, "committed");
    metrics.node("node_work", "succeeded", 2);
    metrics.deadLetter("mail");
    metrics.delivery("delivered");
    metrics.nodeFailed("node_work", "permanent");
    metrics.runEnded("inline", "failed", 3);
    metrics.taskLost("node");
    metrics.artifact(7);
    metrics.storeFailed();
    const text = await (await h.request("/metrics")).text();
    const routes = new Set(Array.from(text.matchAll(/route="([^"]*)"/g), ([, route]) => route));
    expect(routes).toEqual(new Set(["none", "/v1/runs/:run_id"]));
    for (const name of [
      "gateway_drive_seconds_count",
      "gateway_task_seconds_count",
      "gateway_dead_letters_total",
      "gateway_deliveries_total",
      'gateway_node_failures_total{node_type="node_work",class="permanent"} 1',
      'gateway_runs_ended_total{graph="inline",status="failed"} 1',
      'gateway_run_seconds_count{graph="inline",status="failed"} 1',
      'gateway_tasks_lost_total{pool="node"} 1',
      "gateway_artifact_bytes_total 7",
      "gateway_store_errors_total 1",
      "gateway_store_up 0",
      'gateway_pool_executors{pool="node"} 0',
    ])
      expect(text).toContain(name);
  });
});
