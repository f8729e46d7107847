/** The drill: what `npm run start` has made is backed up while it works, all is lost, and a new one goes on from there. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { listenersBelow } from "@myspinbot/services/listeners.ts";
import { freePorts, isFree } from "@myspinbot/services/ports.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientAt, refusalOf, uploaded } from "./client.ts";
import { wedge } from "./wedge.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "myspinbot-backup-"));
const ledger = join(dir, "ledger.jsonl");
const [first, second, backup] = ["first", "second", "backup"].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];

/** Short times, so that what was lost is missed soon, and node types that say when they begin. */
const ENV = {
  ...Object.fromEntries(
    ["GATEWAY", "GPU_NODE"].flatMap((app) => [
      [`${app}_LEASE_MS`, "1500"],
      [`${app}_DRAIN_GRACE_MS`, "500"],
    ]),
  ),
  GATEWAY_REAP_MS: "200",
  GATEWAY_EXTENSIONS: here("extension/gateway.ts"),
  GPU_NODE_RENEW_MS: "400",
  GPU_NODE_EXTENSIONS: here("extension/gpu_node_extension.py"),
  GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
  E2E_LEDGER: ledger,
};
/** Long enough to be under way while everything is copied and lost. */
const LONG = { sleep_ms: 6_000 };
const UNDER_WAY: Graph = {
  name: "under-way",
  nodes: [
    { id: "done", type: "ledger_node", plane: "node" },
    { id: "here", type: "ledger_node", plane: "node", params: LONG, inputs: { x: "$done.v" } },
    { id: "there", type: "ledger_python", plane: "python", params: LONG, inputs: { x: "$done.v" } },
    {
      id: "asked",
      type: "approval",
      plane: "node",
      params: { message: "Go on?" },
      inputs: { text: "$done.v" },
    },
  ],
  output: { here: "$here.v", there: "$there.v", asked: "$asked.text" },
};

let started: Started | undefined;
afterAll(async () => {
  await started?.end("SIGTERM");
  rmSync(dir, { recursive: true, force: true });
});

interface Started {
  process: ChildProcess;
  ports: number[];
  client: Client;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** `npm run start`, or what it runs: until it says where the gateway is. */
async function start(data: string, byNpm = false): Promise<Started> {
  const [gateway = 0, gpuNode = 0] = await freePorts(2);
  const args = ["--data", data, "--port", String(gateway), "--gpu-node-port", String(gpuNode)];
  const child = spawn(
    byNpm ? "npm" : process.execPath,
    [...(byNpm ? ["run", "--silent", "start", "--"] : [join(ROOT, "scripts", "start.ts")]), ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ...ENV },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const one: Started = {
    process: child,
    ports: [gateway, gpuNode],
    client: clientAt(`http://127.0.0.1:${gateway}`),
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  };
  started = one;
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (text: Buffer) => {
      said += String(text);
      if (/^gateway http/m.test(said)) resolve();
    });
    void ended.then(() => reject(new Error(`it ended before it was ready:\n${said}`)));
  });
  return one;
}

function say(command: string, ...args: string[]): Promise<{ status: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, "scripts", `${command}.ts`), ...args], (error, _, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stderr });
    });
  });
}

const begun = (run: string): string[] =>
  readFileSync(ledger, "utf8")
    .split("\n")
    .filter((line) => line.includes(run) && line.includes('"begin"'))
    .map((line) => (JSON.parse(line) as { node: string }).node);

/** A server that listens for others answers at every address of this machine. */
function answersOthers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.2", () => resolve(true));
    socket.once("connect", () => socket.destroy()).once("error", () => resolve(false));
  });
}

beforeAll(() => writeFileSync(ledger, ""));

it("goes on from a backup after all was lost, with every byte, and without what came after it", async () => {
  const lost = await start(first);
  const image = await uploaded(
    lost.client,
    { bytes: new Uint8Array(wedge(64)), mediaType: "image/png" },
    "a.png",
  );
  const picture = { graph: "upscale-image", input: { image, factor: 2, kind: "drawing" } };
  const ended = await lost.client.runs.watch((await lost.client.runs.submit(picture)).run_id);
  expect(ended, JSON.stringify(ended.error)).toMatchObject({ status: "succeeded" });
  const made = (ended.output as { image: { artifact_id: string; sha256: string } }).image;
  const repeated = { idempotencyKey: "once" };
  const underWay = await lost.client.runs.submit({ graph: UNDER_WAY }, repeated);
  await expect.poll(() => begun(underWay.run_id).toSorted()).toEqual(["done", "here", "there"]);

  const copied = await say("backup", backup, "--data", first);
  expect([copied.status, copied.stderr]).toEqual([0, expect.stringMatching(/is whole: \d+ keys, 2 objects/)]);
  const later = await lost.client.runs.watch((await lost.client.runs.submit(picture)).run_id);
  expect(later.status).toBe("succeeded");
  const inUse = await say("restore", backup, "--data", first);
  expect(inUse).toEqual({ status: 2, stderr: `Something runs with ${first}: stop it first.\n` });
  const ports = listenersBelow(lost.process.pid!).map(({ port }) => port);
  await lost.end("SIGKILL");
  await expect.poll(() => Promise.all(ports.map(isFree))).not.toContain(false);
  rmSync(first, { recursive: true });

  const back = await say("restore", backup, "--data", second);
  expect([back.status, back.stderr]).toEqual([0, expect.stringMatching(/Restored \d+ keys and 2 objects/)]);
  const { client } = await start(second, true);
  const bytes = await client.artifacts.bytes(made.artifact_id);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(made.sha256);
  expect((await client.files.list()).files.map(({ file_id }) => file_id)).toEqual([image.file_id]);
  expect((await refusalOf(client.runs.get(later.run_id))).code).toBe("run-not-found");
  expect((await client.runs.submit({ graph: UNDER_WAY }, repeated)).run_id).toBe(underWay.run_id);
  await client.runs.resume(underWay.run_id, { node_id: "asked", decision: "accept" });
  const gone = await client.runs.watch(underWay.run_id);
  expect(gone, JSON.stringify(gone.error)).toMatchObject({
    status: "succeeded",
    output: { here: "here(done())", there: "there(done())", asked: "done()" },
  });
  // What was accepted is not done again; what was under way is.
  expect(begun(underWay.run_id).toSorted()).toEqual(["done", "here", "here", "there", "there"]);
});

it("listens for this machine alone, and a signal to npm ends everything in order", async () => {
  const running = started!;
  const ports = listenersBelow(running.process.pid!).map(({ port }) => port);
  expect(ports).toEqual(expect.arrayContaining(running.ports));
  expect(ports.length).toBeGreaterThan(6);
  expect(await Promise.all(ports.map(answersOthers))).not.toContain(true);
  // As a service manager sends it: to npm, and to nobody else.
  expect(await running.end("SIGTERM")).toBe(0);
  expect(await Promise.all(ports.map(isFree))).not.toContain(false);
  const again = await say("backup", join(dir, "stopped"), "--data", second);
  expect([again.status, again.stderr]).toEqual([0, expect.stringMatching(/is whole/)]);
});
