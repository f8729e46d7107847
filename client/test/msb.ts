/** Runs `msb`: as a process into a pipe, as one on a terminal of a given width, or in the test itself. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { WriteStream } from "node:tty";
import { python, ROOT } from "@myspinbot/services/binaries.ts";
import { runMsb } from "../cli/program.ts";
import { systemRuntime } from "../src/runtime.ts";

const MSB = join(ROOT, "client", "cli", "msb.mjs");
/** Runs what follows on a terminal, and types Ctrl-C there once `marker` was shown. */
const ON_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
columns, marker, command = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execvp(command[0], command)
shown, typed = b"", False
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
    if marker and not typed and marker in shown:
        typed = True
        os.write(terminal, b"\\x03")
sys.stdout.buffer.write(shown)
sys.stdout.flush()
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface Calling {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
}

export function msb(args: readonly string[], calling: Calling = {}): Promise<Ended> {
  return ended(process.execPath, [MSB, ...args], calling);
}

/** @param marker after which Ctrl-C is typed; what was shown is in `stdout` */
export function msbOnTerminal(
  args: readonly string[],
  { columns, marker = "", ...calling }: Calling & { columns: number; marker?: string },
): Promise<Ended> {
  return ended(
    python(),
    ["-c", ON_TERMINAL, String(columns), marker, process.execPath, MSB, ...args],
    calling,
  );
}

function ended(command: string, args: readonly string[], { env, cwd, input = "" }: Calling): Promise<Ended> {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? "", TERM: "xterm", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (part: string) => (said[stream] += part));
  child.stdin.on("error", () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...said }));
  });
}

/** The same without a process of its own: for many that only say what is wrong. Paths are absolute. */
export async function msbHere(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr"): WriteStream =>
    ({ write: (text: string) => Boolean((said[name] += text)) }) as unknown as WriteStream;
  const status = await runMsb(args, {
    env,
    stdin: Readable.from([]),
    stdout: into("stdout"),
    stderr: into("stderr"),
    runtime: systemRuntime,
    signal: new AbortController().signal,
    now: () => Date.now(),
  });
  return { status, ...said };
}
