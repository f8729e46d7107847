/** The folder of a Compose installation: made once, kept for ever, for its owner alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { setUpCompose } from "./compose-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compose-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secret = (name: string): string => readFileSync(join(folder, "secrets", name), "utf8");
const NAMES = (): string[] => readdirSync(join(folder, "secrets")).toSorted();

it("keeps every secret and every setting when it is made again", () => {
  setUpCompose(folder);
  const before = NAMES().map(secret);
  const settings = join(folder, "settings.env");
  writeFileSync(settings, `${readFileSync(settings, "utf8")}MSB_SLOTS=3\n`);
  expect(setUpCompose(folder)).toEqual([]);
  expect(NAMES().map(secret)).toEqual(before);
  expect(readFileSync(settings, "utf8")).toContain("MSB_SLOTS=3");
});

it("gives two installations nothing in common, and no file to others", () => {
  setUpCompose(folder);
  const passwords = (): string[] =>
    Object.values(JSON.parse(secret("passwords.json")) as Record<string, string>);
  const keys = (): string[] =>
    NAMES()
      .filter((name) => name.startsWith("store_"))
      .map(secret);
  const first = [...passwords(), ...keys()];
  expect(first.every((text) => /^[0-9a-f]{20,40}$/.test(text))).toBe(true);
  for (const name of NAMES()) expect(statSync(join(folder, "secrets", name)).mode & 0o077).toBe(0);
  rmSync(join(folder, "secrets"), { recursive: true });
  setUpCompose(folder);
  expect([...passwords(), ...keys()].filter((text) => first.includes(text))).toEqual([]);
});

it("makes what is missing only", () => {
  setUpCompose(folder);
  const kept = secret("store_pool_secret_key");
  rmSync(join(folder, "secrets", "grafana_password"));
  expect(setUpCompose(folder)).toEqual([join(folder, "secrets", "grafana_password")]);
  expect(secret("store_pool_secret_key")).toBe(kept);
});
