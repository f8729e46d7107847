/** Webhooks of real runs: received by the programs of the documentation, and by one that kills whoever delivers. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "@myspinbot/services/ports.ts";
import type { Delivery, Graph } from "@myspinbot/contracts/types.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type World } from "./world.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const GRAPH: Graph = {
  name: "short",
  nodes: [{ id: "a", type: "ledger_node", plane: "node", params: { sleep_ms: 1 } }],
  output: { a: "$a.v" },
};

let world: World;
let dir: string;
beforeAll(async () => {
  world = await startWorld();
  dir = mkdtempSync(join(tmpdir(), "myspinbot-hooks-"));
});
afterAll(async () => {
  await world.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function deliveryOf(run: string, status: Delivery["status"]): Promise<Delivery> {
  for (const until = Date.now() + 60_000; ;) {
    const { deliveries } = await world.client.webhooks.deliveriesOfRun(run);
    if (deliveries[0]?.status === status) return deliveries[0];
    if (Date.now() > until) throw new Error(`not ${status}: ${JSON.stringify(deliveries)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The program of the page in that language. */
function programOf(language: string): string {
  const page = readFileSync(here("../docs/webhooks.md"), "utf8");
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)![1]!;
}

async function waitUntilListening(port: number): Promise<void> {
  for (const until = Date.now() + 60_000; ;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "" });
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe("the receivers of the documentation", () => {
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child?.exitCode === null && child.kill()) await once(child, "exit");
  });

  it.each([
    ["js", "receiver.mjs", process.execPath],
    ["python", "receiver.py", here("../.data/api-clients/venv/bin/python")],
  ])("in %s take what is signed, and refuse what is not", async (language, name, program) => {
    const file = join(dir, name);
    writeFileSync(file, programOf(language));
    if (language === "js") symlinkSync(here("../node_modules"), join(dir, "node_modules"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const hook = await world.client.webhooks.create({ url, events: ["run.queued"] });
    child = spawn(program, [file], {
      env: { ...process.env, WEBHOOK_SECRET: hook.secret, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    await waitUntilListening(port);
    const { run_id } = await world.client.runs.submit({ graph: GRAPH });
    const delivery = await deliveryOf(run_id, "delivered");
    expect((await lines.next()).value).toBe(`${delivery.delivery_id} run.queued ${run_id}`);

    const forged = await fetch(url, {
      method: "POST",
      headers: {
        "webhook-id": delivery.delivery_id,
        "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
        "webhook-signature": `v1,${"A".repeat(43)}=`,
      },
      body: "{}",
    });
    expect(forged.status).toBe(400);
    await world.client.webhooks.delete(hook.webhook_id);
  });
});

describe("a receiver whose answer nobody writes down", () => {
  interface Got {
    headers: IncomingHttpHeaders;
    body: string;
  }
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it("gets the delivery again when the gateways are killed, with the same id and body (S5)", async () => {
    const got: Got[] = [];
    let restarted: Promise<unknown> | undefined;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        // Received, as far as the receiver knows; but the process that delivered is gone before it can hear so.
        restarted ??= Promise.all(world.fronts.map(({ service }) => service.restart()));
        response.writeHead(200).end();
      });
      request.on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { secret } = await world.client.webhooks.rotate();
    expect(secret).toMatch(/^whsec_/);
    const { run_id } = await world.client.runs.submit({ graph: GRAPH, webhook: { url } });
    for (const until = Date.now() + 60_000; got.length === 0;) {
      if (Date.now() > until) throw new Error("nothing was delivered");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await restarted;
    const delivery = await deliveryOf(run_id, "delivered");
    expect(got.length).toBe(2);
    expect(delivery.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, undefined],
      [2, 200],
    ]);
    expect(got[1]!.headers["webhook-id"]).toBe(delivery.delivery_id);
    expect(got[1]!.headers["webhook-id"]).toBe(got[0]!.headers["webhook-id"]);
    expect(got[1]!.body).toBe(got[0]!.body);
    const logs = ["gateway-0/gateway.log", "gateway-1/gateway.log", "worker/edge.log"].map((name) =>
      readFileSync(join(world.dir, name), "utf8"),
    );
    expect(logs.join("")).not.toContain(secret.slice("whsec_".length));
  });
});
