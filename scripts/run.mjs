/**
 * The front door: `node scripts/run.mjs <command> [arguments]`, called by the scripts of package.json.
 * Judges what was typed, sets up what is missing, then runs `scripts/<command>.ts` under the project's Node 24.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { clean } from "./clean.mjs";
import { helpOf, overview, readCommandLine, refuseWhatNpmTook, UsageError } from "./command-line.mjs";
import { COMMANDS } from "./commands.mjs";
import { causeOf } from "./setup/causes.mjs";
import { environment } from "./setup/environment.mjs";
import { noteRunning, withSetupLock } from "./setup/holders.mjs";
import { NODE, ROOT } from "./setup/paths.mjs";
import { SetupError } from "./setup/shell.mjs";
import { installTestTools } from "./setup/test-tools.mjs";

try {
  await main(...process.argv.slice(2));
} catch (error) {
  const cause = error.syscall ? causeOf(error.message) : "";
  if (!(error instanceof SetupError || error instanceof UsageError || cause)) throw error;
  console.error(`${cause}${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(command = "", ...args) {
  if (!Object.hasOwn(COMMANDS, command))
    throw new UsageError(`There is no command "${command}". There are:\n${overview()}`);
  const { passesOn } = COMMANDS[command];
  const { help, values, words } = passesOn ? { words: [] } : readCommandLine(command, args);
  if (help) return console.log(helpOf(command));
  refuseWhatNpmTook(command, process.env);
  const typed = `npm run ${command}`;
  if (command === "clean") return withSetupLock(typed, () => clean(values));
  await withSetupLock(typed, async () => {
    Object.assign(process.env, environment());
    await bootstrap(COMMANDS[command].needs);
    // Whole flows are tested with other people's tools, too.
    if (command === "test" && !["unit", "int"].includes(words[0])) await installTestTools();
    noteRunning(typed);
  });
  if (command !== "bootstrap") runUnderNode24(join(ROOT, "scripts", `${command.replace(":", "-")}.ts`), args);
}

function runUnderNode24(script, scriptArgs) {
  const child = spawn(NODE, [script, ...scriptArgs], {
    cwd: ROOT,
    // The IPC channel closes when this process dies, however it dies: the child's cue to clean up.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // Ctrl-C reaches the whole foreground group, so the child has it already; other senders name only us.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}
