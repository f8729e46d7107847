/** A copy of the repository in which mistakes can be planted; its packages are those of the repository. */
import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../services/binaries.ts";

/** The copy's links to its own workspaces; all other packages are links to the repository's. */
const OWN_SCOPE = "@myspinbot";

export class HouseCopy {
  readonly root = mkdtempSync(join(tmpdir(), "house-copy-"));
  private guarded: Promise<{ status: number; said: string }> | undefined;

  constructor() {
    for (const file of trackedFiles(ROOT)) cpSync(join(ROOT, file), join(this.root, file));
    linkPackages("node_modules", this.root);
    linkPackages("codegen/node_modules", this.root);
    mkdirSync(join(this.root, ".data"));
    symlinkSync(join(ROOT, ".data/venv"), join(this.root, ".data/venv"));
    // Some guards ask git which files there are.
    execFileSync("git", ["init", "-q"], { cwd: this.root });
    execFileSync("git", ["add", "-A"], { cwd: this.root });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Copies what git does not know and a tool needs, with all below it. */
  bring(path: string): void {
    cpSync(join(ROOT, path), join(this.root, path), { recursive: true });
  }

  append(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    appendFileSync(join(this.root, path), text);
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Runs a program of the copy's packages in it; answers its status and all that it said. */
  async tool(bin: string, args: readonly string[], cwd = "."): Promise<{ status: number; said: string }> {
    const path = bin.startsWith("venv/")
      ? join(this.root, ".data/venv/bin", bin.slice(5))
      : join(this.root, "node_modules/.bin", bin);
    return this.run(path, args, cwd);
  }

  /** What guard.ts says of all mistakes together: one answer for all who have planted some. */
  guard(): Promise<{ status: number; said: string }> {
    this.guarded ??= this.node("scripts/guard.ts");
    return this.guarded;
  }

  /** Runs a script of the copy under this Node. */
  async node(...args: string[]): Promise<{ status: number; said: string }> {
    return this.run(process.execPath, args, ".");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private run(
    command: string,
    args: readonly string[],
    cwd: string,
  ): Promise<{ status: number; said: string }> {
    const options = { cwd: join(this.root, cwd), maxBuffer: 2 ** 28 };
    return new Promise((resolve) => {
      const child = execFile(command, args, options, (error, stdout, stderr) => {
        resolve({
          status: child.exitCode ?? 127,
          said: error ? stdout + stderr + (stdout ? "" : error.message) : stdout,
        });
      });
    });
  }
}

function trackedFiles(root: string): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  return [...new Set(files.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file)));
}

function linkPackages(folder: string, copy: string): void {
  if (!existsSync(join(ROOT, folder))) return;
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(ROOT, folder))) {
    const target = join(copy, folder, name);
    // Relative links, so that they lead to the copy's workspaces.
    if (name === OWN_SCOPE)
      cpSync(join(ROOT, folder, name), target, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(join(ROOT, folder, name), target);
  }
}
