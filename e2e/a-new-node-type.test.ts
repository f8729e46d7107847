/** The recipe of docs/a-new-node-type.md, followed block by block in a copy of the repository, which then runs. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import type { Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HouseCopy } from "../scripts/guards/house-copy.ts";
import { clientAt } from "./client.ts";

const PAGE = readFileSync(new URL("../docs/a-new-node-type.md", import.meta.url), "utf8");
/** What `npm run generate` writes, and nobody edits. */
const GENERATED = /^(codegen\/generated\/|gpu-node\/src\/gpu_node\/contracts\/)/;

/** A block stands below the name of its file. */
const BLOCKS = [...PAGE.matchAll(/^`([\w./-]+)`\n\n```(\w+)\n(.*?)^```/gms)].map(([, path, kind, text]) => ({
  path: path!,
  kind: kind!,
  text: text!,
}));

let copy: HouseCopy;
let edited: string[];
let written: string[];
let stack: Stack | undefined;
let service: Server | undefined;
let asked: string[];
let port: number;

const git = (...args: string[]): string[] =>
  execFileSync("git", args, { cwd: copy.root, encoding: "utf8" }).split("\n").filter(Boolean);
const changed = (): string[] =>
  [...git("diff", "--name-only"), ...git("ls-files", "--others", "--exclude-standard")].sort();

function follow(): RunCreate {
  for (const { path, kind, text } of BLOCKS.filter(({ path }) => path !== "run.json"))
    copy.write(path, kind === "diff" ? patched(readFileSync(join(copy.root, path), "utf8"), text) : text);
  return JSON.parse(BLOCKS.find(({ path }) => path === "run.json")!.text) as RunCreate;
}

/** The text with the lines of a diff, whose place must be there once. */
function patched(before: string, diff: string): string {
  const lines = diff.trimEnd().split("\n");
  const side = (mark: "-" | "+"): string =>
    lines
      .filter((line) => line.startsWith(" ") || line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  expect(before.split(side("-"))).toHaveLength(2);
  return before.replace(side("-"), side("+"));
}

async function startService(): Promise<void> {
  service = createServer((request, response) => {
    asked.push(request.url!);
    response.end("A buoyant thought.");
  });
  await new Promise<void>((resolve) => service!.listen(port, "127.0.0.1", resolve));
}

let run: RunCreate;
beforeAll(async () => {
  asked = [];
  copy = new HouseCopy();
  symlinkSync(join(ROOT, ".data/models"), join(copy.root, ".data/models"));
  run = follow();
  edited = changed();
  expect(await copy.node("codegen/src/main.ts")).toMatchObject({ status: 0 });
  written = changed().filter((path) => !edited.includes(path));
  port = await freePort();
  // The copy's own, so that gateway and gpu-node are the copy's, too.
  const services = (await import(join(copy.root, "scripts/services/stack.ts"))) as {
    startStack: (options: object) => Promise<Stack>;
  };
  stack = await services.startStack({
    dir: join(copy.root, ".data/stack"),
    gpuNodeEnv: {
      PYTHONPATH: join(copy.root, "gpu-node/src"),
      GPU_NODE_SETTINGS: `remarks_url=http://127.0.0.1:${port}`,
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  service?.close();
  if (copy) rmSync(copy.root, { recursive: true, force: true });
});

describe("a new node type", () => {
  it("needs four files and is served, described and announced", async () => {
    expect(edited).toEqual(
      BLOCKS.map(({ path }) => path)
        .filter((path) => path !== "run.json")
        .sort(),
    );
    expect(edited).toHaveLength(4);
    expect(written.filter((path) => !GENERATED.test(path))).toEqual([]);
    const { url } = stack!.gateway;
    const { catalogue, runs } = clientAt(url);
    const announced = async () =>
      (await catalogue.capabilities()).node_types.find(({ type }) => type === "ask_remark");

    const away = await announced();
    expect(away).toMatchObject({ plane: "python", engines: [{ name: "remarks", available: false }] });
    expect(away?.engines[0]?.reason).toMatch(/^the service does not answer: /);
    await expect(runs.submit(run)).rejects.toMatchObject({ problem: { code: "engine-unavailable" } });
    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({
      components: { schemas: { AskRemarkInputs: { properties: { text: expect.anything() } } } },
    });

    await startService();
    await fetch(`${stack!.gpuNode.url}/probe`, { method: "POST" });
    await expect.poll(announced).toMatchObject({ engines: [{ name: "remarks", available: true }] });
    const done = await runs.submit(run, { waitS: 60 });
    expect(done).toMatchObject({ status: "succeeded", output: { remark: "A buoyant thought." } });
    expect(asked).toContain("/remark?text=Why+ships+float.&tone=dry");

    const wrong = structuredClone(run) as { graph: { nodes: { params: object }[] } };
    wrong.graph.nodes[0]!.params = { tone: "loud" };
    await expect(runs.submit(wrong as RunCreate)).rejects.toMatchObject({
      problem: { code: "invalid-graph", errors: [{ pointer: "/graph/nodes/0/params/tone" }] },
    });
  });

  it("passes what is checked of schemas and code", async () => {
    const examples = await copy.node("codegen/src/check-examples.ts");
    expect(examples).toMatchObject({ status: 0, said: expect.stringContaining(" 0 differences.") });
    const python = [
      ["venv/lint-imports"],
      ["venv/ruff", "check", "src/gpu_node/handlers"],
      ["venv/ruff", "format", "--check", "src/gpu_node/handlers"],
    ] as const;
    for (const [tool, ...args] of python) {
      const { status, said } = await copy.tool(tool, args, "gpu-node");
      expect(status, said).toBe(0);
    }
    const json = BLOCKS.filter(({ path }) => path.startsWith("schemas/")).map(({ path }) => path);
    const pretty = await copy.tool("prettier", ["--check", ...json]);
    expect(pretty.status, pretty.said).toBe(0);
  });
});
