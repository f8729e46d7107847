import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { takeFolder } from "./sole-owner.ts";

const folder = mkdtempSync(join(tmpdir(), "owner-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder has one owner until that owner is gone", async () => {
  const script = `import { takeFolder } from ${JSON.stringify(join(import.meta.dirname, "sole-owner.ts"))};
    console.log(await takeFolder(${JSON.stringify(folder)}));
    setInterval(() => undefined, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module-typescript", "-e", script]);
  expect(String(await new Promise((resolve) => owner.stdout.once("data", resolve)))).toBe("true\n");
  expect(await takeFolder(folder)).toBe(false);
  const gone = new Promise((resolve) => owner.once("exit", resolve));
  owner.kill("SIGKILL");
  await gone;
  expect(await takeFolder(folder)).toBe(true);
});
