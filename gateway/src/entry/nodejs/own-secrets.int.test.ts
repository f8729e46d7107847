/** Secrets that somebody gives a gateway in its environment: nobody else sees them there once it has begun. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const SECRETS = {
  GATEWAY_REDIS_URL: "redis://:canary-of-redis@127.0.0.1:9",
  GATEWAY_S3_ACCESS_KEY: "canary-of-the-key",
  GATEWAY_S3_SECRET_KEY: "canary=of the 'store'",
};
const REST = {
  GATEWAY_S3_ENDPOINT: "http://127.0.0.1:9",
  GATEWAY_PORT: "0",
  GATEWAY_ROLES: "http",
  MINE: "kept",
};

let dir: string;
let gateway: ChildProcess;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-own-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Resolves when it says `until`, or has ended. */
async function start(args: string[], env: Record<string, string>, until = "gateway started"): Promise<void> {
  log = "";
  gateway = spawn(process.execPath, [...args, MAIN], {
    env: { PATH: process.env.PATH, TMPDIR: dir, ...env },
  });
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  gateway.on("close", () => close());
  onTestFinished(() => {
    gateway.kill("SIGKILL");
    return closed;
  });
  await new Promise<void>((resolve) => {
    for (const stream of [gateway.stdout!, gateway.stderr!])
      stream.on("data", (text: Buffer) => {
        log += String(text);
        if (log.includes(until)) resolve();
      });
    void closed.then(resolve);
  });
  expect(log).toContain(until);
}

/** Environment and arguments, as anybody of the same user sees them. */
function shown(): string {
  const { pid } = gateway;
  if (!existsSync("/proc/self/environ"))
    return execFileSync("ps", ["eww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return ["environ", "cmdline"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8")).join("\0");
}

function expectHidden(): void {
  expect(shown()).toContain("MINE=kept");
  expect(shown()).not.toContain("canary");
  expect(log).not.toContain("canary");
  expect(log).not.toContain("secrets stay");
}

describe("a gateway", () => {
  it("that was given secrets in its environment shows them to nobody, and leaves no file", async () => {
    await start([], { ...SECRETS, ...REST });
    expectHidden();
    const left = /GATEWAY_LEFT_SECRETS=([^\0 ]+)/.exec(shown())?.[1];
    expect(left).toBeDefined();
    expect([existsSync(left!), existsSync(dirname(left!))]).toEqual([false, false]);
  });

  it("that reads them from an environment file shows them to nobody", async () => {
    const file = join(dir, "env");
    writeFileSync(
      file,
      Object.entries(SECRETS)
        .map(([name, value]) => `${name}="${value}"\n`)
        .join(""),
    );
    await start([`--env-file=${file}`], REST);
    expectHidden();
  });

  it("keeps what it was started with", async () => {
    await start(["--max-semi-space-size=4"], { ...SECRETS, ...REST });
    expect(shown()).toContain("--max-semi-space-size=4");
    gateway.kill("SIGTERM");
    expect((await once(gateway, "close"))[0]).toBe(0);
    expect(log).toContain("gateway stops");
    expect(log).not.toContain("Warning");
  });

  it("says what is wrong with secrets of both kinds", async () => {
    const both = { ...SECRETS, GATEWAY_S3_SECRET_KEY_FILE: join(dir, "none"), ...REST };
    await start([], both, "give one of them");
    expect(log).not.toContain("canary");
    expect(readdirSync(dir)).toEqual([]);
  });

  it("names both ways when it is asked for help", () => {
    const help = execFileSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" });
    for (const name of Object.keys(SECRETS))
      expect(help).toMatch(new RegExp(`  ${name} .*\n  ${name}_FILE `));
  });

  it("says whose file everybody may read", async () => {
    const { GATEWAY_S3_SECRET_KEY, ...others } = SECRETS;
    const file = join(dir, "key");
    writeFileSync(file, GATEWAY_S3_SECRET_KEY, { mode: 0o644 });
    await start([], { ...others, GATEWAY_S3_SECRET_KEY_FILE: file, ...REST });
    expect(log).toMatch(/"level":"warn".*"variables":\["GATEWAY_S3_SECRET_KEY_FILE"\]/);
    expectHidden();
  });
});
