/** `msb runs resume`: answers a run that waits for somebody's decision. */
import type { Run, RunResume } from "@myspinbot/contracts/types.ts";
import type { Command } from "commander";
import { addCommand, type Host, printJson } from "../command.ts";
import { EXIT, Failure, usage } from "../exit-codes.ts";
import { say } from "../text.ts";

const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";

interface Answer {
  node?: string;
  accept?: true;
  reject?: true;
  value?: string[];
  reason?: string;
}

export function addResume(runs: Command, host: Host): void {
  addCommand<Answer>(
    runs,
    host,
    {
      name: "resume <run>",
      about: "Answers a run that waits for a decision: accepts what it shows, with changes, or rejects it.",
      examples: [
        `msb runs resume ${ID} --accept`,
        `msb runs resume ${ID} --accept --value 'script=Bees dance.'`,
        `msb runs resume ${ID} --reject --reason 'too long'`,
      ],
    },
    async ({ session, words: [id = ""], options }) => {
      const answer = toAnswer(options);
      const node_id = options.node ?? waitingNode(await session.client.runs.get(id, session));
      const run = await session.client.runs.resume(id, { node_id, ...answer }, session);
      if (session.json) return printJson(session, run);
      const goesOn = answer.decision === "accept" ? `${id} goes on: ` : "";
      say(session.stdout, `${goesOn}${node_id} is ${answer.decision}ed.`);
    },
  )
    .option("--accept", "what it shows goes on")
    .option("--reject", "it does not; what then happens, the graph says")
    .option("--value <name=text...>", "with --accept: goes on in place of what was shown")
    .option("--reason <text>", "with --reject: told to whoever reads the run")
    .option("--node <id>", "which of several that wait");
}

/** @throws Failure when the options contradict each other */
function toAnswer({ accept, reject, value = [], reason }: Answer): Omit<RunResume, "node_id"> {
  if (accept === reject) throw usage("Say one of --accept and --reject.");
  if (reject && value.length > 0)
    throw usage("--value belongs to --accept: what is rejected does not go on.");
  if (accept && reason !== undefined) throw usage("--reason belongs to --reject.");
  const values = Object.fromEntries(value.map(toPair));
  return {
    decision: accept ? "accept" : "reject",
    ...(value.length > 0 ? { values } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}

function toPair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw usage(`--value takes name=text, not ${JSON.stringify(text)}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** @throws Failure when none waits, or more than one */
function waitingNode(run: Run): string {
  const waiting = run.nodes.filter(({ status }) => status === "waiting").map(({ node_id }) => node_id);
  const [only, ...others] = waiting;
  if (only === undefined)
    throw new Failure(`${run.run_id} waits for no decision: it is ${run.status}.`, EXIT.failed);
  if (others.length > 0) throw usage(`Several nodes wait; say which with --node: ${waiting.join(", ")}.`);
  return only;
}
