/** Running foreign tools one after another, and saying at the end which of them failed. */
import { spawnSync } from "node:child_process";
import { ROOT } from "./services/binaries.ts";

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder inside the repository; its root by default. */
  readonly cwd?: string;
}

/** Runs a step with its output on ours and answers its exit status; 127 if it cannot be started. */
export function runStep({ command, args, cwd = "." }: Step): number {
  const { status, error } = spawnSync(command, args, {
    cwd: `${ROOT}/${cwd}`,
    stdio: "inherit",
    env: { ...process.env, UV_PYTHON_DOWNLOADS: "never" },
  });
  if (error) console.error(error.message);
  return status ?? 127;
}

/** Runs all steps, also after a failure, so that one call shows everything that is wrong. */
export function runSteps(steps: readonly Step[]): void {
  const failed: string[] = [];
  for (const step of steps) {
    console.log(`\n== ${step.name}`);
    if (runStep(step) !== 0) failed.push(step.name);
  }
  console.log(`\n${steps.length - failed.length} of ${steps.length} steps passed`);
  if (failed.length > 0) {
    console.log(`failed: ${failed.join("; ")}`);
    process.exitCode = 1;
  }
}

/** A step that runs a program of an npm package under this Node. */
export function npmTool(name: string, bin: string, args: readonly string[], cwd?: string): Step {
  const command = `${ROOT}/node_modules/.bin/${bin}`;
  return { name, command, args, ...(cwd === undefined ? {} : { cwd }) };
}

/** A step that runs a program of the Python environment inside gpu-node/. */
export function pythonTool(name: string, bin: string, args: readonly string[]): Step {
  return { name, command: `${ROOT}/.data/venv/bin/${bin}`, args, cwd: "gpu-node" };
}
