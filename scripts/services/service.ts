/** A server that runs as a child process: started, watched, stopped, killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { setTimeout as sleep } from "node:timers/promises";

export interface ServiceSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard output and error are appended here; the end of it explains a failed start. */
  readonly logFile: string;
  /** Writes to our own output instead of the file. */
  readonly inheritOutput?: boolean;
  /** Throws or answers false while the server is not ready yet; asked ever more seldom. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** How long `stop` waits before it sends SIGKILL. */
  readonly graceMs: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The process ended, or did not become ready in time; the message ends with its last lines of log. */
export class ServiceError extends Error {}

export class Service {
  readonly #spec: ServiceSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<Exit> = Promise.resolve({ code: 0, signal: null });

  constructor(spec: ServiceSpec) {
    this.#spec = spec;
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Process id of the present child; throws if none was started. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new ServiceError(`${this.name} has no process`);
    return pid;
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Settles when the present child has ended, for whatever reason. */
  get exited(): Promise<Exit> {
    return this.#exited;
  }

  /** Starts the process and waits until it is ready. */
  async start(): Promise<void> {
    if (this.alive) throw new ServiceError(`${this.name} runs already`);
    this.launch();
    await this.ready();
  }

  /** Starts the process without waiting. */
  launch(): void {
    const log = this.#spec.inheritOutput ? 1 : openSync(this.#spec.logFile, "a", 0o600);
    const child = unreadableByOthers(() =>
      spawn(this.#spec.command, this.#spec.args, {
        cwd: this.#spec.cwd,
        env: { ...process.env, ...this.#spec.env },
        stdio: ["ignore", log, log],
        // Own process group: Ctrl-C reaches the owner alone, which then stops its services in order.
        detached: true,
      }),
    );
    if (log !== 1) closeSync(log);
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
      child.once("error", () => resolve({ code: null, signal: null }));
    });
    child.unref();
    if (child.pid !== undefined) guard(child.pid, this.#exited);
  }

  /** Waits until the process that was launched answers. */
  async ready(): Promise<void> {
    const deadline = Date.now() + this.#spec.readyWithinMs;
    for (let pause = 10; this.alive && Date.now() < deadline; pause = Math.min(pause * 1.5, 100)) {
      if (await this.#spec.isReady().catch(() => false)) return;
      await sleep(pause);
    }
    const why = this.alive ? `was not ready within ${this.#spec.readyWithinMs} ms` : "ended while starting";
    await this.kill();
    throw new ServiceError(`${this.name} ${why}\n${this.logTail()}`);
  }

  /** Ends the process in order, by force after its grace. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    this.signal(this.#spec.stopSignal);
    this.#child?.ref();
    const waiting = new AbortController();
    const late = sleep(this.#spec.graceMs, "late", { signal: waiting.signal }).catch(() => "done");
    if ((await Promise.race([this.#exited, late])) === "late") await this.kill();
    waiting.abort();
  }

  /** Ends the process with SIGKILL and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    this.#child?.ref();
    await this.#exited;
  }

  /** Sends a signal and returns at once: SIGSTOP and SIGCONT freeze and thaw. */
  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#child?.kill(signal);
  }

  /** Kills the process if it still runs and starts it again with the same ports and data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** The last lines that the process wrote. */
  logTail(lines = 20): string {
    try {
      return readFileSync(this.#spec.logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "";
    }
  }
}

/** What a service writes holds what users gave it: its files are for this user alone. */
function unreadableByOthers<T>(spawned: () => T): T {
  // The mask is the process's: threads must not change it.
  if (!isMainThread) return spawned();
  const before = process.umask(0o077);
  try {
    return spawned();
  } finally {
    process.umask(before);
  }
}

/**
 * Lets a process die with this one even after kill -9: a shell of its own process group waits on a pipe
 * that only we hold open, and kills the process's group when the pipe breaks.
 */
function guard(pid: number, exited: Promise<unknown>): void {
  const shell = spawn("sh", ["-c", `read -r _; kill -9 -${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  // A pipe to a child is a socket underneath, which can be unreferenced; the type does not say so.
  (shell.stdin as unknown as { unref(): void }).unref();
  void exited.then(() => shell.kill("SIGKILL"));
}
