/** infra/systemd: the unit starts what is there, with options that it knows, from where the page installs it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCommandLine } from "./command-line.mjs";
import { ROOT } from "./services/binaries.ts";

const UNIT = readFileSync(join(ROOT, "infra", "systemd", "myspinbot.service"), "utf8");
const valueOf = (name: string): string => new RegExp(`^${name}=(.+)$`, "m").exec(UNIT)![1]!;
const canVerify = spawnSync("systemd-analyze", ["--version"]).status === 0;

test("starts npm run start with options that it has, and data where it may write", () => {
  const [npm, run, silent, start, dashes, ...options] = valueOf("ExecStart").split(" ");
  expect([npm, run, silent, start, dashes]).toEqual(["/usr/bin/npm", "run", "--silent", "start", "--"]);
  expect(readCommandLine("start", options).values).toEqual({
    data: `/var/lib/${valueOf("StateDirectory")}`,
  });
});

test("is installed as the page says: its folder, its user, its name", () => {
  const page = readFileSync(join(ROOT, "docs", "running.md"), "utf8");
  const folder = valueOf("WorkingDirectory");
  for (const line of [
    `useradd --system --home-dir ${folder} --shell /usr/sbin/nologin ${valueOf("User")}`,
    `git clone <this repository> ${folder} && sudo chown -R ${valueOf("Group")}: ${folder}`,
    `npm --prefix ${folder} run bootstrap`,
    `cp ${folder}/infra/systemd/myspinbot.service /etc/systemd/system/`,
  ])
    expect(page).toContain(line);
});

test.skipIf(!canVerify)("is one that systemd takes, without a word against it", () => {
  const folder = mkdtempSync(join(tmpdir(), "unit-"));
  const file = join(folder, "myspinbot.service");
  try {
    // npm may lie elsewhere here; that it is there is not what is asked.
    writeFileSync(file, UNIT.replace("/usr/bin/npm", process.execPath));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, ""]);
    writeFileSync(file, UNIT.replace("KillMode=mixed", "KillMode=never"));
    expect(spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" }).stderr).toContain(
      "Failed to parse kill mode",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
