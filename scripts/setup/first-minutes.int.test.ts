import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { ROOT } from "../services/binaries.ts";

const folder = mkdtempSync(join(tmpdir(), "clone-"));
const clone = join(folder, "clone");
const programs = join(folder, "bin");
const pids = join(folder, "pids");
const children: ChildProcess[] = [];

const { workspaces: WORKSPACES } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  workspaces: string[];
};

/** A stand-in that says who it is, has a child as npm has, and goes on until it is ended. */
const ENDLESS = `sleep 1000 & echo "$$ $!" > ${pids}; wait`;

beforeEach(() => {
  rmSync(clone, { recursive: true, force: true });
  mkdirSync(programs, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc", ".gitignore", "scripts"])
    cpSync(join(ROOT, name), join(clone, name), { recursive: true, filter: noModules });
  for (const name of WORKSPACES) cpSync(join(ROOT, name, "package.json"), join(clone, name, "package.json"));
  for (const name of ["uv", "media", "services", "dev", "models"]) copyLock(`requirements-${name}.lock`);
  copyLock("requirements.lock");
  rmSync(pids, { force: true });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function noModules(path: string): boolean {
  return !path.includes("node_modules");
}

function copyLock(name: string): void {
  cpSync(join(ROOT, "gpu-node", name), join(clone, "gpu-node", name));
}

function standIn(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Starts a command in the clone, in a process group of its own as a terminal does. */
function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(clone, "scripts", "run.mjs"), ...args], {
    cwd: clone,
    env: { ...process.env, PATH: `${programs}:${process.env.PATH}`, ...env },
    detached: true,
  });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { pid: child.pid as number, child, ended, said: () => said };
}

async function standInPids(): Promise<number[]> {
  await expect.poll(() => existsSync(pids) && readFileSync(pids, "utf8").includes("\n")).toBe(true);
  return readFileSync(pids, "utf8").trim().split(" ").map(Number);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "%s during set-up ends what it had started, and the next command goes on",
  async (signal) => {
    standIn("npm", ENDLESS);
    const first = start(["demo"]);
    const started = await standInPids();
    process.kill(-first.pid, signal);
    await first.ended;
    await expect.poll(() => started.some(runs)).toBe(false);
    standIn("npm", "echo ENOSPC: no space left on device >&2; exit 1");
    const next = start(["bootstrap"]);
    expect(await next.ended).toBe(1);
    expect(next.said()).toContain("The disk is full");
  },
  60_000,
);

test("two commands at once: the second waits, says for whom, and sets nothing up again", async () => {
  standIn("npm", ENDLESS);
  const first = start(["demo"]);
  const [npm = 0] = await standInPids();
  const second = start(["test"]);
  await expect
    .poll(second.said)
    .toMatch(
      new RegExp(
        `^Waiting for set-up by "npm run demo" \\(process ${first.pid}, since \\d\\d:\\d\\d:\\d\\d\\) ...\\n$`,
      ),
    );
  rmSync(pids);
  process.kill(npm, "SIGKILL");
  expect(await first.ended).toBe(1);
  // Now it is the second's turn.
  await standInPids();
  process.kill(-second.pid, "SIGINT");
  expect(await second.ended).toBe(130);
}, 60_000);

test.each([
  ["ENOSPC: no space left on device, write", "The disk is full ("],
  ["request failed, reason: getaddrinfo EAI_AGAIN registry", "The package registries do not answer: "],
  ["EROFS: read-only file system, mkdir '/nowhere/.npm'", "A folder cannot be written: "],
])("says in a sentence why set-up failed, before what the tool said: %s", async (said, sentence) => {
  standIn("npm", `echo "npm error ${said}" >&2; exit 1`);
  const command = start(["check"]);
  expect(await command.ended).toBe(1);
  expect(command.said()).toContain(`\n${sentence}`);
  expect(command.said().indexOf(sentence)).toBeLessThan(command.said().indexOf("npm error"));
  expect(command.said()).not.toContain("at file:");
});

test("a wrong Python is refused before anything is installed, with the one that was found", async () => {
  standIn("npm", ENDLESS);
  standIn("python-old", 'echo "3.9.18|venv|/opt/python-old"');
  const command = start(["demo"], { GPU_NODE_PYTHON: join(programs, "python-old") });
  expect(await command.ended).toBe(1);
  expect(command.said()).toMatch(/^MySpinBot needs Python 3\.11, .* but \/opt\/python-old is 3\.9\.18: /);
  expect(existsSync(pids)).toBe(false);
});

test("clean refuses while a command uses the data, and says which", async () => {
  const data = join(clone, ".data");
  mkdirSync(join(data, "running"), { recursive: true });
  mkdirSync(join(data, "demo"));
  const script = `import { noteRunning } from ${JSON.stringify(join(clone, "scripts/setup/holders.mjs"))};
    noteRunning("npm run demo"); console.log("noted"); setInterval(() => undefined, 1000);`;
  const user = spawn(process.execPath, ["--input-type=module", "-e", script]);
  children.push(user);
  await new Promise((resolve) => user.stdout.once("data", resolve));
  const refused = start(["clean", "--all"]);
  expect(await refused.ended).toBe(2);
  expect(refused.said()).toMatch(new RegExp(`^"npm run demo" \\(process ${user.pid}, since .*stop it first`));
  expect(existsSync(join(data, "demo"))).toBe(true);
  user.kill("SIGKILL");
  await new Promise((resolve) => user.once("exit", resolve));
  const done = start(["clean"]);
  expect(await done.ended).toBe(0);
  expect(existsSync(join(data, "demo"))).toBe(false);
});

test("clean --all leaves nothing behind but what a person wrote", async () => {
  execFileSync("git", ["init", "-q"], { cwd: clone });
  for (const name of ["node_modules/a", "codegen/node_modules/b", ".data/venv/c", "gateway/dist/d"])
    cpSync(join(ROOT, "package.json"), join(clone, name));
  writeFileSync(join(clone, ".env"), "GATEWAY_PORT=1\n");
  writeFileSync(join(clone, "mine.txt"), "");
  const command = start(["clean", "--all"]);
  expect(await command.ended).toBe(0);
  for (const name of ["node_modules", "codegen/node_modules", ".data", "gateway/dist"])
    expect(existsSync(join(clone, name)), name).toBe(false);
  for (const name of [".env", "mine.txt", "scripts/run.mjs"])
    expect(existsSync(join(clone, name)), name).toBe(true);
  expect(command.said()).toContain(`keeping ${join(clone, ".env")}`);
});

test("what the commands keep is closed to others, also where it was open before", async () => {
  mkdirSync(join(clone, ".data"), { mode: 0o755 });
  standIn("npm", "exit 1");
  await start(["bootstrap"]).ended;
  expect(statSync(join(clone, ".data")).mode & 0o777).toBe(0o700);
});
