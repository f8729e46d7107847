/** The API as other people's tools see it: they read the document, and the clients that they make work. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wedge } from "./wedge.ts";

const TOOLS = fileURLToPath(new URL("../.data/api-clients/", import.meta.url));
const VENV = join(TOOLS, "venv", "bin");
const MODULES = join(TOOLS, "node", "node_modules");

let dir: string;
let stack: Stack;
let document: string;
let picture: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-clients-"));
  stack = await startStack({ dir: join(dir, "stack") });
  document = join(dir, "openapi.json");
  writeFileSync(document, await (await fetch(`${stack.gateway.url}/openapi.json`)).text());
  picture = join(dir, "wedge.png");
  writeFileSync(picture, wedge(24));
});
afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Standard output of a program; its failure shows what it wrote. */
async function run(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PATH: `${VENV}:${process.env.PATH}`, PYTHONPATH: join(dir, "python") };
  return (await promisify(execFile)(program, args, { cwd: dir, env })).stdout;
}

const tool = (path: string, ...args: string[]) => run(process.execPath, join(MODULES, path), ...args);

it("openapi-spec-validator finds nothing wrong", async () => {
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
    const got = await run(process.execPath, join(dir, "client.ts"), stack.gateway.url, picture);
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
  });
});

describe("a client in Python", () => {
  it("is made whole, uploads, submits, follows and downloads", async () => {
    await run(
      join(VENV, "openapi-python-client"),
      ...["generate", "--path", document, "--output-path", join(dir, "python")],
    );
    const script = fileURLToPath(new URL("api-clients/client.py", import.meta.url));
    const got = await run(join(VENV, "python"), script, stack.gateway.url, picture);
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
  });
});
