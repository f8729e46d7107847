/** What `msb run` takes: options of its own, and one for each field of the graph's input. */
import type { Priority } from "@myspinbot/contracts/types.ts";
import { Command, InvalidArgumentError, Option } from "commander";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { withConnection } from "../command.ts";
import type { ConnectionOptions } from "../connection.ts";
import { type Field, optionsOf } from "../input/fields.ts";

export interface RunOptions extends ConnectionOptions {
  input?: string;
  watch?: boolean;
  out?: string[];
  tag?: string[];
  metadata?: string[];
  webhook?: string;
  priority?: Priority;
  startWithin?: number;
  endWithin?: number;
  idempotencyKey?: string;
}

export function runCommand(program: Command, graph: string | undefined, fields: readonly Field[]): Command {
  const command = new Command(`msb run ${graph ?? "<graph>"}`).copyInheritedSettings(program);
  command.description(
    graph === undefined
      ? "Starts a run of a graph. With the name of a graph before --help, its options are listed, too."
      : "Starts a run of this graph.",
  );
  command.usage("[options]");
  addOwn(withConnection(command));
  const taken = new Set(command.options.map((option) => option.long));
  command.optionsGroup(`Input of ${graph ?? "the graph"}:`);
  for (const field of fields.filter(({ option }) => !taken.has(`--${option}`)))
    for (const option of optionsOf(field)) command.addOption(option);
  return command;
}

function addOwn(command: Command): void {
  const seconds = (text: string): number => {
    if (!(Number(text) > 0 && Number.isFinite(Number(text))))
      throw new InvalidArgumentError("It must be a number of seconds above 0.");
    return Number(text);
  };
  command
    .addOption(
      new Option("--input <file>", "the input as JSON, - for what comes in; options go before its fields"),
    )
    .option("--watch", "follow the run to its end; Ctrl-C ends the watching, not the run")
    .option(
      "--out <file...>",
      "watch, and write what it puts out; name=file names a part, - is standard output",
    )
    .option("--tag <tag...>", "tags to find it by")
    .option("--metadata <name=value...>", "kept with the run")
    .option("--webhook <address>", "is told the run's end")
    .addOption(new Option("--start-within <seconds>", "else it expires").argParser(seconds))
    .addOption(new Option("--end-within <seconds>", "else it is timed out").argParser(seconds))
    .addOption(
      new Option("--priority <level>", "who is served first of those that wait").choices([...PRIORITIES]),
    )
    .option("--idempotency-key <key>", "the same key with the same input gives the same run");
}
