/** The API as other people's tools see it: they read the document, and the clients that they make work at both runtimes. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { wedge } from "./wedge.ts";
import { startWorkerBeside } from "./worker-beside.ts";

const TOOLS = fileURLToPath(new URL("../.data/api-clients/", import.meta.url));
const VENV = join(TOOLS, "venv", "bin");
const MODULES = join(TOOLS, "node", "node_modules");

let dir: string;
let stack: Stack;
let worker: EdgeServer;
let key: string;
let document: string;
let picture: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-clients-"));
  stack = await startStack({ dir: join(dir, "stack") });
  worker = await startWorkerBeside({ ...stack, dir: join(dir, "worker") });
  key = makeKey(stack.valkey, ALL_SCOPES);
  document = join(dir, "openapi.json");
  writeFileSync(document, await documentOf(stack.gateway));
  picture = join(dir, "wedge.png");
  writeFileSync(picture, wedge(24));
});
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const documentOf = async ({ url }: { url: string }): Promise<string> =>
  (await fetch(`${url}/openapi.json`)).text();

/** Runs a client against the gateway, and against the Worker beside it. */
const atBoth = (program: string, client: string): Promise<string[]> =>
  Promise.all([stack.gateway, worker].map(({ url }) => run(program, client, url, key, picture)));

/** Standard output of a program; its failure shows what it wrote. */
async function run(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PATH: `${VENV}:${process.env.PATH}`, PYTHONPATH: join(dir, "python") };
  return (await promisify(execFile)(program, args, { cwd: dir, env })).stdout;
}

const tool = (path: string, ...args: string[]) => run(process.execPath, join(MODULES, path), ...args);

it("openapi-spec-validator finds nothing wrong with what both runtimes say", async () => {
  const [gateway, beside] = await Promise.all([stack.gateway, worker].map(documentOf));
  expect(JSON.parse(beside!)).toEqual(JSON.parse(gateway!));
  expect(await run(join(VENV, "openapi-spec-validator"), document)).toContain("OK");
});

describe("a client in TypeScript", () => {
  it("has types, uploads, submits, follows and downloads", async () => {
    const config = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      lib: ["es2024", "dom", "dom.asynciterable"],
    };
    const compilerOptions = {
      ...config,
      target: "es2024",
      module: "nodenext",
      allowImportingTsExtensions: true,
      types: ["node"],
    };
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["client.ts"] }));
    writeFileSync(join(dir, "package.json"), '{"type":"module"}');
    symlinkSync(MODULES, join(dir, "node_modules"));
    copyFileSync(fileURLToPath(new URL("api-clients/client.ts", import.meta.url)), join(dir, "client.ts"));
    await tool("openapi-typescript/bin/cli.js", document, "-o", join(dir, "api.d.ts"));
    await tool("typescript/bin/tsc", "-p", dir);
    for (const got of await atBoth(process.execPath, join(dir, "client.ts"))) {
      const { size, parsed, followed, ...rest } = JSON.parse(got) as Record<string, unknown>;
      expect(rest).toEqual({
        name: "портрет.png",
        media_type: "image/png",
        status: "succeeded",
        received: size,
        missing: 404,
        withoutData: 0,
        unnamed: false,
      });
      expect(parsed).toBe(followed);
    }
  });
});

describe("a client in Python", () => {
  it("is made whole, uploads, submits, follows and downloads", async () => {
    await run(
      join(VENV, "openapi-python-client"),
      ...["generate", "--path", document, "--output-path", join(dir, "python")],
    );
    const script = fileURLToPath(new URL("api-clients/client.py", import.meta.url));
    for (const got of await atBoth(join(VENV, "python"), script)) {
      const { size, frames, followed, ...rest } = JSON.parse(got) as Record<string, unknown>;
      expect(rest).toEqual({
        name: "портрет.png",
        media_type: "image/png",
        status: "succeeded",
        received: size,
        missing: 404,
        withoutData: 0,
        retries: 1,
      });
      expect(frames).toBe(followed);
    }
  });
});
