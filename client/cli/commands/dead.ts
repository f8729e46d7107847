/** `msb dead`: entries that nobody could read. Needs the scope `operate`. */
import type { Command } from "commander";
import { allOf } from "../../src/pages.ts";
import { addCommand, addGroup, firstOf, type Host, LIMIT, printJson, printRows } from "../command.ts";
import { forEach } from "../each.ts";
import { ago, facts, say } from "../text.ts";

const ID = "dead_s0_1764470000000-0";

export function addDead(program: Command, host: Host): void {
  const dead = addGroup(program, "dead", "Dead letters: list, show, put back.");
  addCommand<{ limit: number }>(
    dead,
    host,
    {
      name: "ls",
      about: "Lists dead letters, newest first.",
      examples: ["msb dead ls", "msb dead ls --limit 200 --json"],
    },
    async ({ session, options: { limit } }) => {
      const pages = allOf(
        (cursor) => session.client.operators.deadLetters(cursor === undefined ? {} : { cursor }, session),
        (page) => page.dead_letters,
      );
      const found = await firstOf(pages, limit);
      printRows(session, found, {
        head: ["DEAD LETTER", "FROM", "SINCE", "REASON"],
        toCells: (letter) => [
          letter.dead_letter_id,
          letter.source,
          ago(letter.at, session.now()),
          letter.reason,
        ],
      });
    },
  ).addOption(LIMIT());
  addCommand(
    dead,
    host,
    {
      name: "show <letter>",
      about: "Shows a dead letter with what it said.",
      examples: [`msb dead show ${ID}`],
    },
    async ({ session, words: [id = ""] }) => {
      const letter = await session.client.operators.deadLetter(id, session);
      if (session.json) return printJson(session, letter);
      const { dead_letter_id, source, at, reason, fields = {} } = letter;
      const rows = [
        ["letter", dead_letter_id],
        ["from", source],
        ["since", at],
        ["reason", reason],
      ] as const;
      say(session.stdout, facts([...rows, ...Object.entries(fields)]));
    },
  );
  addCommand(
    dead,
    host,
    {
      name: "redrive <letter...>",
      about: "Puts dead letters back to where they came from, after an update that can read them.",
      examples: [`msb dead redrive ${ID}`],
    },
    ({ session, words }) =>
      forEach(session, words, async (id) => {
        await session.client.operators.redrive(id, session);
        return `${id} is put back.`;
      }),
  );
}
