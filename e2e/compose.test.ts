/** docker-compose.yml without a container engine: what it says is run as plain processes, and they make a film. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { setUpCompose } from "@myspinbot/services/compose-folder.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ComposeFile, readCompose } from "./compose/files.ts";
import { misnamedIn, seriesOf, wantedBy } from "./compose/promql.ts";
import { appOf, processOf, redisFor, storeFor } from "./compose/processes.ts";
import { alerts, expressions } from "./compose/watched.ts";

let folder: string;
let file: ComposeFile;
const stops: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "myspinbot-compose-"));
  setUpCompose(folder);
  file = readCompose(folder, ["core"]);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

it("makes a film as Compose would start it, with a first key, and every user no more rights than its own", async () => {
  const redis = await redisFor(file, folder);
  stops.push(() => redis.service.stop());
  const store = await storeFor(file, join(folder, "seaweed"));
  stops.push(() => store.stop());
  await Promise.all([redis.service.start(), store.service.start()]);
  // Files name hosts of the containers' network, as the environment does.
  for (const name of ["gateway_redis_url", "pool_redis_url"]) {
    const { file: path } = file.secrets[name]!;
    writeFileSync(path, readFileSync(path, "utf8").replace("@redis:6379", `@127.0.0.1:${redis.port}`));
  }
  const where = { hosts: { "http://minio:9000": store.endpoint }, dir: folder };
  const gateway = await appOf(
    file,
    { name: "gateway", dockerfile: "gateway.Dockerfile", prefix: "GATEWAY" },
    where,
  );
  const box = await appOf(
    file,
    { name: "gpu-node", dockerfile: "gpu-node.Dockerfile", prefix: "GPU_NODE" },
    where,
  );
  stops.push(
    () => gateway.service.stop(),
    () => box.service.stop(),
  );
  await Promise.all([gateway.service.start(), box.service.start()]);

  const entrypoint = file.services["first-keys"]!.entrypoint as string[];
  const makeKeys = processOf(file, "first-keys", { args: entrypoint, hosts: {} });
  for (let time = 1; time <= 2; time += 1)
    execFileSync(makeKeys.command, makeKeys.args, { cwd: ROOT, env: { ...process.env, ...makeKeys.env } });
  const key = readFileSync(join(folder, "data", "keys", "owner"), "utf8");
  expect(statSync(join(folder, "data", "keys", "owner")).mode & 0o777).toBe(0o600);

  const nobody = createClient({ base: gateway.url, runtime: systemRuntime });
  await expect(nobody.runs.list()).rejects.toMatchObject({ problem: { status: 401 } });
  const client = createClient({
    base: gateway.url,
    runtime: systemRuntime,
    authorization: () => Promise.resolve(`Bearer ${key}`),
  });
  const { keys } = await client.keys.list();
  expect(keys.map(({ owner }) => owner).toSorted()).toEqual(["owner", "prometheus"]);
  const input = { text: "Hello from a box.", avatar: "robin", size: 256 };
  const run = await client.runs.submit({ graph: "talking-avatar", input }, { waitS: 60 });
  const ended = run.status === "succeeded" ? run : await client.runs.watch(run.run_id, {});
  expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
  const { artifact_id } = (ended.output as { video: { artifact_id: string } }).video;
  const film = await client.artifacts.content(artifact_id);
  expect(Buffer.from(await film.arrayBuffer()).toString("latin1", 4, 8)).toBe("ftyp");

  const watcher = readFileSync(join(folder, "data", "keys", "prometheus"), "utf8");
  const pages = await Promise.all([
    fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${watcher}` } }),
    fetch(`${box.url}/metrics`),
  ]);
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  const texts = await Promise.all(pages.map((page) => page.text()));
  expect(texts.flatMap(misnamedIn)).toEqual([]);
  const series = seriesOf(texts.join("\n"));
  expect(expressions().flatMap(([where, expr]) => missingIn(series, where, expr))).toEqual([]);
});

/** Names that others' exporters bring; ours are all on the two pages. */
const OTHERS = /^(redis_|DCGM_|container_|cloudflared_|up$)/;
/** Labels that Prometheus adds to every series. */
const ADDED = ["job", "instance", "le"];

function missingIn(series: Map<string, Set<string>>, where: string, expr: string): string[] {
  return wantedBy(expr).flatMap(({ metric, labels }) => {
    if (OTHERS.test(metric)) return [];
    const there = series.get(metric);
    if (!there) return [`${where}: nobody tells ${metric}`];
    const strange =
      there.size === 0 ? [] : labels.filter((label) => !there.has(label) && !ADDED.includes(label));
    return strange.map((label) => `${where}: ${metric} has no label ${label}`);
  });
}

describe("what is watched", () => {
  it("is written so that Prometheus can read it, and a name that nobody tells is found", () => {
    expect(expressions().length).toBeGreaterThan(40);
    expect(() => wantedBy("sum(rate(gateway_runs[5m])")).toThrow("cannot be read");
    const series = seriesOf('# TYPE gateway_runs gauge\ngateway_runs{status="queued"} 1\n');
    expect(missingIn(series, "here", "sum by (pool) (gateway_runs)")).toEqual([
      "here: gateway_runs has no label pool",
    ]);
    expect(missingIn(series, "here", "gateway_walks")).toEqual(["here: nobody tells gateway_walks"]);
  });

  it("is named as Prometheus's conventions have it, and a name that is not is found", () => {
    const page = (name: string, type: string): string => `# HELP ${name} Of one.\n# TYPE ${name} ${type}\n`;
    const right = page("a_seconds", "histogram") + page("b_total", "counter") + page("c_bytes", "gauge");
    expect(misnamedIn(right)).toEqual([]);
    const wrong = [
      ["a_total", "gauge"],
      ["a", "counter"],
      ["a_count", "gauge"],
      ["a_ms", "histogram"],
      ["a_gauge", "gauge"],
      ["aB", "gauge"],
    ] as const;
    for (const [name, type] of wrong) expect(misnamedIn(page(name, type))).toHaveLength(1);
    expect(misnamedIn("# TYPE a gauge\n")).toEqual(["gauge a: has no words"]);
  });

  it("says for every alert what to do", () => {
    const runbook = readFileSync(join(ROOT, "docs", "runbook.md"), "utf8");
    for (const { alert, annotations } of alerts()) {
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(runbook).toContain(`\n## ${alert}\n`);
    }
  });
});

describe("what the files say", () => {
  const PROFILES = ["core", "gpu", "observability", "chatbot", "tunnel"];
  const all = (): ComposeFile => readCompose(folder, PROFILES);

  it.each(PROFILES)("Compose takes the profile %s by itself", (profile) => {
    expect(Object.keys(readCompose(folder, [profile]).services)).not.toEqual([]);
  });

  it("keeps Redis and the store inside, and publishes ports on loopback only", () => {
    const { services, networks } = all();
    expect(networks.inside!.internal).toBe(true);
    for (const name of ["redis", "minio", "gpu-node", "prometheus"])
      expect([name, Object.keys(services[name]!.networks ?? {}), services[name]!.ports ?? []]).toEqual([
        name,
        ["inside"],
        [],
      ]);
    for (const { ports = [] } of Object.values(services))
      for (const { host_ip } of ports) expect(host_ip).toBe("127.0.0.1");
  });

  it("pins every image, bounds every service's memory and log, and gives no secret in the environment", () => {
    for (const [name, service] of Object.entries(all().services)) {
      expect([name, service.image]).toEqual([
        name,
        expect.stringMatching(/:[a-z]*[\dR][^:]*(@sha256:[0-9a-f]{64})?$/),
      ]);
      expect([name, Number(service.mem_limit)]).toEqual([name, expect.any(Number)]);
      expect([name, Number(service.mem_limit) > 0, service.logging]).toEqual([name, true, expect.anything()]);
      for (const [variable, value] of Object.entries(service.environment ?? {}))
        if (/PASSWORD|SECRET|TOKEN|ACCESS_KEY|REDIS_URL/.test(variable))
          expect([variable, value]).toEqual([variable, expect.stringMatching(/^(\/|true$)/)]);
    }
  });

  it("asks every service that stays whether it is well, but for those whose images hold nothing to ask with", () => {
    // Prometheus asks these itself: `up` of their jobs. What runs once has an end instead.
    const none = ["cadvisor", "dcgm-exporter", "first-keys", "minio-setup", "redis-exporter"];
    const silent = Object.entries(all().services).filter(([, { healthcheck }]) => healthcheck === undefined);
    expect(silent.map(([name]) => name).toSorted()).toEqual(none);
  });

  it("says what is missing before set-up", () => {
    const missing = join(folder, "nowhere");
    expect(() => readCompose(missing, ["core"])).toThrow(/settings\.env/);
  });
});
