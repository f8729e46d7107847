/** `msb runs`: what became of runs. */
import type { Run, RunStatus } from "@myspinbot/contracts/types.ts";
import { RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { type Command, Option } from "commander";
import {
  addCommand,
  addGroup,
  firstOf,
  type Host,
  LIMIT,
  printJson,
  printRows,
  wholeNumber,
} from "../command.ts";
import { forEach } from "../each.ts";
import { EXIT } from "../exit-codes.ts";
import { toTarget, writeOutput } from "../output.ts";
import { endOf, runView } from "../run-view.ts";
import type { Session } from "../surroundings.ts";
import { ago, say } from "../text.ts";
import { watchToEnd } from "../watching.ts";
import { addFork } from "./fork.ts";
import { addResume } from "./resume.ts";

const ID = "run_s0_01M825PKC72TAV63HHBZ5GR8JT";

interface ListOptions {
  limit: number;
  status?: RunStatus;
  graph?: string;
  tag?: string;
  withoutTag?: string;
}

export function addRuns(program: Command, host: Host): void {
  const runs = addGroup(
    program,
    "runs",
    "What became of runs: list, show, watch, fetch, resume, fork, cancel, remove.",
  );
  addReading(runs, host);
  addFetching(runs, host);
  addResume(runs, host);
  addFork(runs, host);
  addEnding(runs, host);
}

function addReading(runs: Command, host: Host): void {
  addCommand<ListOptions>(
    runs,
    host,
    {
      name: "ls",
      about: "Lists runs, newest first.",
      examples: ["msb runs ls", "msb runs ls --status failed --graph speak --json"],
    },
    async ({ session, options: { limit, status, graph, tag, withoutTag } }) => {
      const tags = { ...(tag && { tag }), ...(withoutTag && { without_tag: withoutTag }) };
      const query = { ...(status && { status }), ...(graph && { graph }), ...tags };
      const found = await firstOf(session.client.runs.all(query, session), limit);
      printRows(session, found, {
        head: ["RUN", "GRAPH", "STATUS", "MADE", "TAGS"],
        toCells: (run) => [
          run.run_id,
          run.graph,
          run.status,
          ago(run.created_at, session.now()),
          run.tags.join(","),
        ],
      });
    },
  )
    .addOption(new Option("--status <status>", "only these").choices(RUN_STATUSES))
    .option("--graph <name>", "only of this graph")
    .option("--tag <tag>", "only with this tag")
    .option("--without-tag <tag>", "only without this tag")
    .addOption(LIMIT());
  addCommand(
    runs,
    host,
    {
      name: "show <run>",
      about: "Shows a run: its nodes, its place in the queue, what it put out, why it failed, and its forks.",
      examples: [`msb runs show ${ID}`, `msb runs show ${ID} --json`],
    },
    async ({ session, words: [id = ""] }) => show(session, await session.client.runs.get(id, session)),
  );
  addCommand(
    runs,
    host,
    {
      name: "watch <run>",
      about:
        "Follows a run to its end. Ctrl-C ends the watching, not the run. With --json: its events, one a line.",
      examples: [`msb runs watch ${ID}`, `msb runs watch ${ID} --json | jq .type`],
    },
    async ({ session, words: [id = ""] }) => {
      const run = await watchToEnd(session, await session.client.runs.get(id, session), {
        events: session.json,
      });
      if (!session.json) say(session.stdout, runView(session, run));
      return endOf(run);
    },
  );
}

function addFetching(runs: Command, host: Host): void {
  addCommand<{ out?: string[] }>(
    runs,
    host,
    {
      name: "fetch <run>",
      about: "Writes what a run has put out into files.",
      examples: [
        `msb runs fetch ${ID} --out film.mp4 captions=film.vtt`,
        `msb runs fetch ${ID} --out - > film.mp4`,
      ],
    },
    async ({ session, words: [id = ""], options: { out = [] } }) => {
      const targets = out.map(toTarget);
      const run = await session.client.runs.get(id, session);
      if (run.status !== "succeeded") {
        say(session.stderr, `The run has put out nothing: it is ${run.status}.`);
        return EXIT.unsuccessful;
      }
      for (const place of await writeOutput(session, run, targets)) say(session.stderr, place);
    },
  ).requiredOption(
    "--out <file...>",
    "where parts of the output go; name=file names the part, - is standard output",
  );
}

function addEnding(runs: Command, host: Host): void {
  addCommand<{ wait: number }>(
    runs,
    host,
    {
      name: "cancel <run>",
      about: "Cancels a run, and says when nobody works on it any more.",
      examples: [`msb runs cancel ${ID}`, `msb runs cancel ${ID} --wait 60`],
    },
    async ({ session, words: [id = ""], options: { wait } }) => {
      const run = await session.client.runs.cancel(id, { waitS: Math.min(wait, 60), signal: session.signal });
      if (session.json) return printJson(session, run);
      say(
        session.stdout,
        run.status === "canceled" ? `${id} is canceled.` : `${id} is ${run.status}: it ends as canceled.`,
      );
    },
  ).addOption(new Option("--wait <seconds>", "for its end, at most 60").argParser(wholeNumber).default(10));
  addCommand(
    runs,
    host,
    {
      name: "rm <run...>",
      about: "Removes runs that have ended, with all that they made.",
      examples: [`msb runs rm ${ID}`],
    },
    ({ session, words }) =>
      forEach(session, words, async (id) => {
        await session.client.runs.delete(id, session);
        return `${id} is removed.`;
      }),
  );
}

function show(session: Session, run: Run): void {
  if (session.json) printJson(session, run);
  else say(session.stdout, runView(session, run));
}
