/** `npm run bench -- <name>`: runs one of the paired benchmarks of bench/. */
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { ROOT } from "./services/binaries.ts";
import { ALL_LOCKS, installPythonEnvironment } from "./setup/python-environment.mjs";
import { runStep } from "./steps.ts";

const [name = ""] = readCommandLine("bench", process.argv.slice(2)).words;
// Peers live in an environment of their own: nothing that we ship can come to depend on one.
await installPythonEnvironment(join(ROOT, ".data", "venv-bench"), [...ALL_LOCKS, "requirements-bench.lock"]);
process.exitCode = runStep({
  name,
  command: process.execPath,
  args: [join(ROOT, "bench", "src", `${name}.bench.ts`)],
});
