import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lastStarted } from "./keys-step.ts";

const root = mkdtempSync(join(tmpdir(), "keys-step-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function startedAt(folder: string, seconds: number): string {
  const secrets = join(root, folder, "gateway", "secrets");
  mkdirSync(secrets, { recursive: true });
  const file = join(secrets, "GATEWAY_REDIS_URL");
  writeFileSync(file, "redis://127.0.0.1:1");
  utimesSync(file, seconds, seconds);
  return file;
}

it("asks the Redis of what was started last", () => {
  expect(lastStarted(root)).toBeUndefined();
  const dev = startedAt(join(".data", "dev"), 1000);
  expect(lastStarted(root)).toBe(dev);
  const edge = startedAt(join(".data", "dev-edge"), 2000);
  expect(lastStarted(root)).toBe(edge);
  const everyday = startedAt(".state", 3000);
  expect(lastStarted(root)).toBe(everyday);
  startedAt(join(".data", "dev"), 4000);
  expect(lastStarted(root)).toBe(dev);
});
