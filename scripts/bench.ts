/** `npm run bench -- <name>`: runs one of the paired benchmarks of bench/. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./services/binaries.ts";
import { installPythonEnvironment, DEFAULT_LOCKS } from "./setup/python-environment.mjs";
import { runStep } from "./steps.ts";

const FOLDER = join(ROOT, "bench", "src");
const [name, ...args] = process.argv.slice(2);
const known = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".bench.ts"))
  .map((file) => file.replace(".bench.ts", ""));

if (name === undefined || !known.includes(name)) {
  console.error(`usage: npm run bench -- <${known.join(" | ")}> [options]`);
  process.exitCode = 1;
} else {
  // Peers live in an environment of their own: nothing that we ship can come to depend on one.
  installPythonEnvironment(join(ROOT, ".data", "venv-bench"), [...DEFAULT_LOCKS, "requirements-bench.lock"]);
  process.exitCode = runStep({
    name,
    command: process.execPath,
    args: [join(FOLDER, `${name}.bench.ts`), ...args],
  });
}
