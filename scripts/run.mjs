/**
 * The front door: `node scripts/run.mjs <command> [arguments]`, called by the scripts of package.json.
 * Sets up what is missing, then runs `scripts/<command>.ts` under the project's own Node 24.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.mjs";
import { clean } from "./clean.mjs";
import { NODE, ROOT } from "./setup/paths.mjs";
import { SetupError } from "./setup/shell.mjs";

const COMMANDS = ["demo", "dev", "check", "format", "generate", "test", "bench", "sheet", "voices"];

const [command, ...args] = process.argv.slice(2);
try {
  if (command === "clean") clean(args);
  else if (command === "bootstrap") bootstrap();
  else if (COMMANDS.includes(command)) {
    bootstrap();
    runUnderNode24(join(ROOT, "scripts", `${command}.ts`), args);
  } else
    throw new SetupError(
      `Unknown command "${command}": one of ${[...COMMANDS, "bootstrap", "clean"].join(", ")}.`,
    );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function runUnderNode24(script, scriptArgs) {
  const path = [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(":");
  const child = spawn(NODE, [script, ...scriptArgs], {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
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
