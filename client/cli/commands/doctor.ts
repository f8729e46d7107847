/** `msb doctor`: what is reachable, what is missing, and what it would enable. */
import type { Command } from "commander";
import { addCommand, type Host, printJson } from "../command.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { EXIT } from "../exit-codes.ts";
import { facts, say } from "../text.ts";

export function addDoctor(program: Command, host: Host): void {
  addCommand(
    program,
    host,
    {
      name: "doctor",
      about:
        "Looks at the gateway, what it needs, the key, the boxes, their engines and the graphs. Ends with 0 when nothing is wrong, else with 1.",
      examples: ["msb doctor", "MSB_URL=https://jobs.example.org msb doctor", "msb doctor --json"],
    },
    async ({ session }) => {
      const findings = await examine(session);
      if (session.json) printJson(session, findings);
      else say(session.stdout, shown(findings));
      return findings.some(({ state }) => state === "wrong") ? EXIT.failed : EXIT.done;
    },
  );
}

const MARKS: Readonly<Record<Finding["state"], string>> = { ok: "✓", wrong: "✗", note: "·" };

function shown(findings: readonly Finding[]): string {
  const rows = findings.map(({ state, what, found }) => [`${MARKS[state]} ${what}`, found] as const);
  const hints = findings.flatMap(({ what, hint }) => (hint === undefined ? [] : [[what, hint] as const]));
  if (hints.length === 0) return facts(rows);
  return `${facts(rows)}\n\nWhat would help:\n${facts(hints).replace(/^/gm, "  ")}`;
}
