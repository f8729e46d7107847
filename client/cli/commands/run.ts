/** `msb run <graph>`: starts a run; which options there are, the graph says. */
import type { Command } from "commander";
import { examplesText, type Host } from "../command.ts";
import { toSession } from "../connection.ts";
import { usage } from "../exit-codes.ts";
import { chooseGraph } from "../input/choose-graph.ts";
import { runCommand, type RunOptions } from "../run/options.ts";
import { startRun } from "../run/start-run.ts";

const EXAMPLES = [
  'msb run talking-avatar --topic "why bees dance" --portrait me.jpg --watch --out film.mp4',
  "msb run talking-avatar --help            # with the options of this graph",
  "msb run upscale-batch --images a.png b.png --watch",
  'echo \'{"text": "Hello."}\' | msb run speak --input - --watch --out hello.wav',
  "msb run ./my-graph.json --topic ships    # a graph of your own",
];

export function addRun(program: Command, host: Host): void {
  program
    .command("run [words...]")
    .description("Starts a run of a graph. The graph says which options there are: put its name first.")
    .usage("<graph> [options]")
    .allowUnknownOption()
    .helpOption(false)
    // As it was typed behind `run`: what belongs to which option is known with the graph only.
    .action(() => start(program, host, host.typed.slice(host.typed.indexOf("run") + 1)));
}

async function start(program: Command, host: Host, args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const wantsHelp = args.some((arg) => arg === "--help" || arg === "-h");
  if (name === undefined || name.startsWith("-")) {
    if (wantsHelp)
      return void host.around.stdout.write(
        `${runCommand(program, undefined, []).helpInformation()}${examplesText(EXAMPLES)}\n`,
      );
    throw usage(
      "msb run needs the name of a graph first, as in: msb run talking-avatar --topic ships. msb graphs ls lists them.",
    );
  }
  host.session = toSession(host.around, program.opts());
  const { graph, fields, schema } = await chooseGraph(host.session, name);
  const command = runCommand(program, name, fields);
  command.addHelpText("after", examplesText(EXAMPLES));
  command.parse(rest.map(dashed), { from: "user" });
  host.exitCode = await startRun(host.session, { graph, fields, schema }, command.opts<RunOptions>());
}

/** `--duration_s` is meant as `--duration-s`. */
function dashed(arg: string): string {
  const [, option, rest = ""] = /^(--[a-z0-9_-]+)(=.*)?$/s.exec(arg) ?? [];
  return option === undefined ? arg : option.replaceAll("_", "-") + rest;
}
