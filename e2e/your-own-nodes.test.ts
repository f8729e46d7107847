/** The node types of docs/your-own-nodes.md, taken from the blocks of the page and run by the real system. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt } from "./client.ts";

const PAGE = readFileSync(new URL("../docs/your-own-nodes.md", import.meta.url), "utf8");

let dir: string;
let service: Server;
let asked: string[];
let stack: Stack;

/** A block stands below the name of its file. */
function writeBlocks(folder: string): void {
  mkdirSync(folder);
  for (const [, name, text] of PAGE.matchAll(/^`([\w.-]+)`\n\n```\w+\n(.*?)^```/gms))
    writeFileSync(join(folder, name!), text!);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-own-"));
  const folder = join(dir, "my-nodes");
  writeBlocks(folder);
  asked = [];
  service = createServer((request, response) => {
    asked.push(request.url ?? "");
    // The first three are turned away: more than a node may be tried without a policy of its type.
    if (asked.length <= 3) response.writeHead(503).end();
    else response.end("what a number");
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const REMARKS_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  stack = await startStack({
    dir: join(dir, "data"),
    gatewayEnv: { GATEWAY_EXTENSIONS: folder },
    gpuNodeEnv: { GPU_NODE_EXTENSIONS: folder, REMARKS_URL, GPU_NODE_CHILD_ENVIRONMENT: "REMARKS_URL" },
  });
});
afterAll(async () => {
  await stack.stop();
  service.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("one's own nodes", () => {
  it("run as the page says", async () => {
    const { runs } = clientAt(stack.gateway.url);
    const run = await runs.submit(
      { graph: "remark-on-length", input: { text: "one two three" } },
      { waitS: 60 },
    );
    expect(run).toMatchObject({ status: "succeeded", output: { words: 3, remark: "what a number" } });
    expect(asked).toEqual(Array(4).fill("/remark?number=3"));
  });
});
