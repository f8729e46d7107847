/** A whole demo, watched from outside: it looks nobody up, calls nobody, and leaves nothing in its user's home. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python, ROOT } from "@myspinbot/services/binaries.ts";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";

/** A network of its own with nothing but loopback: whoever calls out is refused at once. */
const ALONE = ["unshare", "-Urn", "sh", "-c", 'ip link set lo up && exec "$@"', "alone"];
const CALLS = "trace=connect,sendto,sendmsg,sendmmsg";
/** Folders of package managers, which look into them before they know that nothing is missing. */
const PACKAGE_CACHES = /^(\.npm|\.cache\/(uv|pip))\//;

const works = (...command: string[]): boolean => spawnSync(command[0]!, command.slice(1)).status === 0;
const hasAlone = works(...ALONE, "true");
const hasTrace = works("strace", "-f", "-qq", "-o", "/dev/null", "true");
if (!hasAlone) console.warn("no network namespaces for this user here: the demo runs in the common network");
if (!hasTrace) console.warn("strace is missing or refused: NOT RUN is whether a whole demo calls anybody");

let dir: string;
let home: string;
let trace: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-quiet-"));
  home = join(dir, "home");
  trace = join(dir, "trace");
  mkdirSync(home);
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Runs it as somebody does who has set nothing; answers its exit status and what it said. */
async function watched(...command: string[]): Promise<[number | null, string]> {
  const watch = ["strace", "-f", "-qq", "-e", CALLS, "-e", "signal=none", "-o", trace];
  const [program = "", ...args] = [...watch, ...(hasAlone ? ALONE : []), ...command];
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: dir };
  const child = spawn(program, args, { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  onTestFinished(() => {
    // Only a test that ran out of time leaves it; the demo takes down what it has started.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (said += String(text)));
  return [await ended, said];
}

/** Addresses beyond loopback that were called, and name servers anywhere. */
function calledOut(): string[] {
  const lines = readFileSync(trace, "utf8").split("\n");
  return lines.filter((line) => {
    const address = /inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"/.exec(line);
    if (address === null) return false;
    const loopback = /^(127\.|::1$|::ffff:127\.)/.test(address[1] ?? address[2]!);
    return !loopback || line.includes("htons(53)");
  });
}

/** Files in the home of whoever runs it, but for those of package managers. */
function leftAtHome(): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .filter((file) => !PACKAGE_CACHES.test(file));
}

describe.skipIf(!hasTrace)("a whole demo", () => {
  it("would be seen calling out or looking up a name", async () => {
    const code = `require("node:net").connect(9, "192.0.2.1").on("error", () => {});
      require("node:net").connect(9, "::ffff:192.0.2.2").on("error", () => {});
      const resolver = new (require("node:dns").Resolver)({ timeout: 100, tries: 1 });
      resolver.setServers(["127.0.0.1"]);
      resolver.resolve4("example.invalid", () => process.exit(0));`;
    const [status] = await watched(process.execPath, "-e", code);
    expect(status).toBe(0);
    const seen = calledOut().join("\n");
    for (const each of ['"192.0.2.1"', "192.0.2.2", "htons(53)"]) expect(seen).toContain(each);
  });

  it("would be seen leaving something at home by what is told to be quiet", async () => {
    const [status] = await watched(python(), "-c", "import onnxruntime");
    expect(status).toBe(0);
    expect(leftAtHome()).toContain(".cache/Microsoft/DeveloperTools/.onnxruntime/deviceid");
  });

  it("calls nobody beyond loopback and leaves nothing at home but package caches", async () => {
    const film = join(dir, "film.mp4");
    const [status, said] = await watched(
      ...["npm", "run", "demo", "--", "--exit", "--text", "Hello there.", "--out", film],
    );
    expect(said).toContain("Done in");
    expect(status).toBe(0);
    expect(existsSync(film)).toBe(true);
    // The watch has seen its parts talk with each other.
    expect(readFileSync(trace, "utf8")).toContain('inet_addr("127.0.0.1")');
    expect(calledOut()).toEqual([]);
    expect(leftAtHome()).toEqual([]);
  });
});
