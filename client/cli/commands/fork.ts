/** `msb runs fork`: runs again from a node on, with other input or params; what lies before is taken over. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { addCommand, type Host } from "../command.ts";
import type { ExitCode } from "../exit-codes.ts";
import { toTarget } from "../output.ts";
import { follow, forget } from "../run/follow-run.ts";
import { fieldsOfRun, readInputs, readPairs, toParams, worded } from "../run/fork-patch.ts";
import type { Session } from "../surroundings.ts";

const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";

interface ForkOptions {
  from: string;
  input?: string[];
  param?: string[];
  consent?: true;
  tag?: string[];
  watch?: true;
  out?: string[];
  idempotencyKey?: string;
}

export function addFork(runs: Command, host: Host): void {
  addCommand<ForkOptions>(
    runs,
    host,
    {
      name: "fork <run>",
      about:
        "Runs again from a node on, with all behind it and all that you change; the rest is taken over from the run.",
      examples: [
        `msb runs fork ${ID} --from speech --watch`,
        `msb runs fork ${ID} --from script --input 'topic=why bees dance' --input portrait=me.jpg`,
        `msb runs fork ${ID} --from video --param video.steps=30 --out film.mp4`,
        `msb runs fork ${ID} --from film.2      # one of a list`,
      ],
    },
    async ({ session, words: [id = ""], options }) => fork(session, id, options),
  )
    .requiredOption("--from <node>", "the first that is done again; msb runs show lists them")
    .option("--input <name=value...>", "in place of the run's; a file is uploaded; name= takes a field away")
    .option("--consent", "the speaker of a voice's file agrees; needed with a file")
    .option("--param <node.name=value...>", "in place of the graph's; node.name= takes a param away")
    .option("--tag <tag...>", "in place of the run's")
    .option("--watch", "follow the new run to its end; Ctrl-C ends the watching, not the run")
    .option(
      "--out <file...>",
      "watch, and write what it puts out; name=file names a part, - is standard output",
    )
    .option("--idempotency-key <key>", "the same key with the same changes gives the same run");
}

async function fork(session: Session, id: string, options: ForkOptions): Promise<ExitCode | void> {
  const { client, signal } = session;
  const { from, tag, idempotencyKey, watch, out } = options;
  const targets = (out ?? []).map(toTarget);
  const [inputs, params] = [readPairs("--input", options.input), readPairs("--param", options.param)];
  const source = await client.runs.get(id, session);
  const fields = inputs.size === 0 ? [] : await fieldsOfRun(session, source);
  const changed = readInputs(fields, inputs, options.consent === true);
  const uploaded: string[] = [];
  let run: Run;
  try {
    const input: Record<string, unknown> = {};
    for (const [name, later] of changed)
      input[name] = await later(session, (file_id) => uploaded.push(file_id));
    const patch = {
      ...(changed.size > 0 ? { input } : {}),
      ...(params.size > 0 ? { params: toParams(params) } : {}),
    };
    const asked = { from_node: from, patch, ...(tag && { tags: tag }) };
    run = await client.runs.fork(id, asked, { ...(idempotencyKey && { idempotencyKey }), signal });
  } catch (error) {
    await forget(session, uploaded);
    throw worded(error, source, from);
  }
  return follow(session, run, { watch: watch === true, targets });
}
