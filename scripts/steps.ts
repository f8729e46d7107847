/** Running foreign tools, one after another or some at once, and saying at the end which of them failed. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { ROOT } from "./services/binaries.ts";

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder inside the repository; its root by default. */
  readonly cwd?: string;
}

/** What a tool cannot be started with. */
const NOT_STARTED = 127;

const placeOf = ({ cwd = "." }: Step) => ({
  cwd: `${ROOT}/${cwd}`,
  env: { ...process.env, UV_PYTHON_DOWNLOADS: "never" },
});

/** Runs a step with its output on ours and answers its exit status; 127 if it cannot be started. */
export function runStep(step: Step): number {
  const { status, error } = spawnSync(step.command, step.args, { ...placeOf(step), stdio: "inherit" });
  if (error) console.error(error.message);
  return status ?? NOT_STARTED;
}

/** The same without waiting for it here. */
export function runStepBeside(step: Step): Promise<number> {
  return ended(spawn(step.command, step.args, { ...placeOf(step), stdio: "inherit" }));
}

/** Without mixing its words with others', either: they come in one piece below its name, when it has ended. */
export async function runStepQuietly(step: Step): Promise<number> {
  const said: Buffer[] = [];
  const child = spawn(step.command, step.args, { ...placeOf(step), stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
  const status = await ended(child);
  console.log(`\n== ${step.name}\n${Buffer.concat(said).toString().trimEnd()}`);
  return status;
}

async function ended(child: ChildProcess): Promise<number> {
  // Ctrl-C reaches the whole foreground group: whoever is waited for clears up, and then we end.
  const wait = (): void => {};
  process.on("SIGINT", wait);
  const status = await new Promise<number>((resolve) => {
    child.once("error", ({ message }) => {
      console.error(message);
      resolve(NOT_STARTED);
    });
    child.once("close", (code) => resolve(code ?? NOT_STARTED));
  });
  process.off("SIGINT", wait);
  return status;
}

/** Runs all steps, also after a failure, so that one call shows everything that is wrong. */
export function runSteps(steps: readonly Step[]): void {
  const failed = steps.filter((step) => {
    console.log(`\n== ${step.name}`);
    return runStep(step) !== 0;
  });
  sayFailed(steps.length, failed);
}

/** The same with some at once, the first ones first. */
export async function runStepsAtOnce(steps: readonly Step[], atOnce: number): Promise<void> {
  const failed: Step[] = [];
  const left = [...steps];
  const run = async (): Promise<void> => {
    for (let step = left.shift(); step; step = left.shift())
      if ((await runStepQuietly(step)) !== 0) failed.push(step);
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  sayFailed(steps.length, failed);
}

function sayFailed(count: number, failed: readonly Step[]): void {
  console.log(`\n${count - failed.length} of ${count} steps passed`);
  if (failed.length === 0) return;
  console.log(`failed: ${failed.map(({ name }) => name).join("; ")}`);
  process.exitCode = 1;
}

/** A step that runs a program of an npm package under this Node. */
export function npmTool(name: string, bin: string, args: readonly string[], cwd?: string): Step {
  const command = `${ROOT}/node_modules/.bin/${bin}`;
  return { name, command, args, ...(cwd === undefined ? {} : { cwd }) };
}

/** A step that runs a program of the Python environment, by default inside gpu-node/. */
export function pythonTool(name: string, bin: string, args: readonly string[], cwd = "gpu-node"): Step {
  return { name, command: `${ROOT}/.data/venv/bin/${bin}`, args, cwd };
}
