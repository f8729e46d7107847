import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchFolder } from "./watch-folder.ts";

let folder: string;
let stop: () => void;
let seen: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watch-"));
  writeFileSync(join(folder, "code.ts"), "1");
  seen = [];
  stop = watchFolder(folder, (path) => seen.push(path));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

const isSeen = (path: string) => vi.waitFor(() => expect(seen).toContain(path), 10_000);

/** Events of one folder come in order: after this one, none of earlier changes follows. */
async function settle(name: string): Promise<void> {
  writeFileSync(join(folder, name), "");
  await isSeen(join(folder, name));
  seen.length = 0;
}

test("a file that an editor has replaced is watched on", async () => {
  const code = join(folder, "code.ts");
  for (const round of ["a", "b"]) {
    writeFileSync(join(folder, "new"), round);
    renameSync(join(folder, "new"), code);
    await isSeen(code);
    await settle(`fence-${round}`);
    writeFileSync(code, `${round} in place`);
    await isSeen(code);
    await settle(`end-${round}`);
  }
});

test("so are new folders, and installed packages are not", async () => {
  const sub = join(folder, "sub");
  mkdirSync(join(folder, "node_modules"));
  mkdirSync(sub);
  await isSeen(sub);
  writeFileSync(join(folder, "node_modules", "p.js"), "1");
  writeFileSync(join(sub, "more.ts"), "1");
  await isSeen(join(sub, "more.ts"));
  expect(seen.filter((path) => path.includes("node_modules"))).toEqual([]);
});
