/** The tree of `msb`'s commands: what can be said on every level, and what becomes of what goes wrong. */
import { Command, CommanderError } from "commander";
import { addDead } from "./commands/dead.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExecutors } from "./commands/executors.ts";
import { addGraphs } from "./commands/graphs.ts";
import { addKeys } from "./commands/keys.ts";
import { addOverview } from "./commands/overview.ts";
import { addRun } from "./commands/run.ts";
import { addRuns } from "./commands/runs.ts";
import { addWebhooks } from "./commands/webhooks.ts";
import { type Host, withConnection } from "./command.ts";
import { EXIT, EXIT_CODES_HELP, failureOf } from "./exit-codes.ts";
import type { Surroundings } from "./surroundings.ts";
import { say } from "./text.ts";

const EXAMPLES = `
Examples:
  msb doctor
  msb run talking-avatar --topic "why bees dance" --portrait me.jpg --watch --out film.mp4
  msb runs ls --status running
  msb runs watch run_s0_01M825PKC72TAV63HHBZ5GR8JT

Environment:
  MSB_URL       the gateway's address; http://127.0.0.1:8787 by default
  MSB_KEY       the API key; or MSB_KEY_FILE, the path of a file that holds it.
                Better than --key, which other programs of this machine can see

${EXIT_CODES_HELP}`;

/** @returns the exit status */
export async function runMsb(args: readonly string[], around: Surroundings): Promise<number> {
  const host: Host = { around, typed: args, session: undefined };
  try {
    await createProgram(host).parseAsync(args, { from: "user" });
    return host.exitCode ?? EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (around.signal.aborted) return EXIT.stopped;
    const failure = failureOf(error, host.session?.url ?? "", host.session?.hasKey === true);
    say(around.stderr, failure.message);
    return failure.exitCode;
  }
}

function createProgram(host: Host): Command {
  const { stdout, stderr } = host.around;
  // Known here they may stand anywhere, before the command's name, too.
  const program = withConnection(new Command("msb"))
    .description("Starts runs of MySpinBot, watches them, and looks after the gateway that does them.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns || 100,
      getErrHelpWidth: () => stderr.columns || 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand(false)
    .helpOption("-h, --help", "this text")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help says what it takes)")
    .addHelpText("after", EXAMPLES);
  const parts = [
    addRun,
    addRuns,
    addGraphs,
    addDoctor,
    addKeys,
    addExecutors,
    addWebhooks,
    addDead,
    addOverview,
  ];
  for (const add of parts) add(program, host);
  return program;
}
