/** Starts the Python sides of a benchmark, in the environment that has the peers. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { secretFiles } from "@myspinbot/services/secret-files.ts";
import { Service } from "@myspinbot/services/service.ts";
import { pinWorker } from "../lib/redis-server.ts";
import { LedgerFile } from "./ledger-file.ts";

const PYTHON = join(ROOT, ".data", "venv-bench", "bin", "python");
const FOLDER = join(ROOT, "bench", "python");

export interface PythonOptions {
  readonly name: string;
  readonly dir: string;
  /** A script of bench/python, or `-m` and a module. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
  /** What is heard of each call: its text and its time, as lines by default, or a mark for the meter. */
  readonly ledgerKind?: "ledger" | "marks";
}

export interface PythonProcess {
  readonly name: string;
  readonly service: Service;
  readonly ledger: LedgerFile;
}

/** Starts a process whose handlers write a ledger. */
export async function startPython(options: PythonOptions): Promise<PythonProcess> {
  const { name, dir, args, env, isReady, ledgerKind = "ledger" } = options;
  mkdirSync(dir, { recursive: true });
  const ledger = new LedgerFile(join(dir, `${name}.${ledgerKind}`));
  const service = new Service({
    name,
    command: PYTHON,
    args: args[0] === "-m" ? args : [join(FOLDER, args[0] as string), ...args.slice(1)],
    env: {
      ...env,
      PYTHONPATH: FOLDER,
      BENCH_LEDGER: ledger.path,
      // For the handlers of a gpu-node, which see nothing of its environment.
      GPU_NODE_SETTINGS: `ledger=${ledger.path}`,
      LANGSMITH_TRACING: "false",
    },
    logFile: join(dir, `${name}.log`),
    isReady,
    readyWithinMs: 60_000,
    stopSignal: "SIGTERM",
    graceMs: 3_000,
  });
  await service.start();
  pinWorker(service.pid);
  return { name, service, ledger };
}

/** What a gpu-node needs to run no-ops: no object store is touched. */
export function gpuNodeEnv(dir: string, redisUrl: string, pool: string): Record<string, string> {
  return {
    ...secretFiles(join(dir, pool), {
      GPU_NODE_REDIS_URL: redisUrl,
      GPU_NODE_S3_ACCESS_KEY: "none",
      GPU_NODE_S3_SECRET_KEY: "none",
    }),
    GPU_NODE_KEY_PREFIX: "bench",
    GPU_NODE_POOL: pool,
    GPU_NODE_PORT: "0",
    GPU_NODE_SLOTS: "32",
    GPU_NODE_S3_ENDPOINT: "http://127.0.0.1:9",
    GPU_NODE_DATA_DIR: join(dir, `tasks-${pool}`),
    GPU_NODE_MODELS_DIR: join(dir, "models"),
    GPU_NODE_EXTENSIONS: join(FOLDER, "noop_extension.py"),
    GPU_NODE_LOG_LEVEL: "warn",
  };
}

/** A script that does one thing per line of input and answers `done`. */
export interface Helper {
  readonly child: ChildProcess;
  /** Sends a line; answers the lines that came before `done`. */
  ask(line: string): Promise<string[]>;
  stop(): void;
}

export async function startHelper(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Helper> {
  const child = spawn(PYTHON, [join(FOLDER, args[0] as string), ...args.slice(1)], {
    env: { ...process.env, ...env, PYTHONPATH: FOLDER, LANGSMITH_TRACING: "false" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const answers = lines[Symbol.asyncIterator]();
  const until = async (word: string): Promise<string[]> => {
    const before: string[] = [];
    for (;;) {
      const { value, done } = await answers.next();
      if (done) throw new Error(`${args.join(" ")} ended`);
      if (value === word) return before;
      before.push(value);
    }
  };
  await until("ready");
  return {
    child,
    ask(line) {
      child.stdin.write(`${line}\n`);
      return until("done");
    },
    // The end of its input ends it; so does our own end.
    stop: () => child.stdin.end(),
  };
}
