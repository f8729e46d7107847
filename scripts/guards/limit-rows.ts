/** Says for each limit of the executors which row of the conformance suite, or which unit test of each, holds them to it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Names of rows in e2e/twins*.test.ts and e2e/twins, by the limits of wire.json that they would notice. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  recovered_entries: ["a read that is never answered is given up, and what it was given is asked for"],
  read_slack_ms: ["a read that is never answered is given up, and what it was given is asked for"],
  checks_ms: ["a check that hangs says nothing when its time is over"],
  cancel_grace_ms: ["a handler that is told to stop may take its grace", "a cancel ends what hangs, too"],
  release_ms: [
    "what is held when the process is to end is waited for, and released",
    "what does not let go on the plane %s is left to be reaped",
  ],
  note_hold_ms: ["a note waits for others, and goes with what comes next"],
  report_bytes: ["a report carries no more bytes than it may, and leaves nothing out"],
  reason_characters: ["a reason is cut, so that whatever a task holds can be refused"],
  progress_gap_ms: ["of fifty steps the first and the last are told, and none twice"],
  unit_characters: ["odd progress"],
  output_depth: ["too deep"],
  log_burst: ["of two hundred lines the first fifty are told, and how many were dropped"],
  log_lines_per_s: ["of two hundred lines the first fifty are told, and how many were dropped"],
  log_characters: ["odd logs"],
  last_line_characters: ["of what a handler did not expect the last line is shown, cut"],
  kept_endings: ["what Redis has forgotten is said again, or given back when it is not remembered"],
};

/**
 * Limits that another value is put in the place of where they act, in a unit test of each executor: a row of processes
 * would take too long, or not notice. Name of the test in TypeScript, as Python's is but for spaces.
 */
const UNITS: Readonly<Record<string, string>> = {
  // The python plane asks all its types, then each by itself: minutes.
  engines_ms: "gives a handler that long to say which engines it has",
  backoff_ms: "waits by the first and the longest pause of the wire",
  backoff_max_ms: "waits by the first and the longest pause of the wire",
  sure_percent: "stops a task when the sure part of its lease is over, and not before",
  kept_tasks: "remembers as many tasks as it may, the newest",
};
export const UNIT_TESTS = ["gateway/src/executor/limits.test.ts", "gpu-node/tests/unit/test_limits.py"];

/** @returns a sentence for each limit without a row, each row without its limit, and each name that no test has */
export function limitsWithoutRow(root: string): string[] {
  const text = readFileSync(join(root, "schemas/wire.json"), "utf8");
  const limits = Object.keys((JSON.parse(text) as { executor: Record<string, number> }).executor);
  const said = suite(root);
  return [
    ...limits
      .filter((limit) => !ROWS[limit]?.length && !(limit in UNITS))
      .map((limit) => `${limit} of wire.json is held by no row of e2e/twins: name one in limit-rows.ts`),
    ...Object.keys({ ...ROWS, ...UNITS })
      .filter((limit) => !limits.includes(limit))
      .map((limit) => `limit-rows.ts has a row for ${limit}, which wire.json has not`),
    ...Object.entries(UNITS).flatMap(([limit, name]) =>
      UNIT_TESTS.filter((path) => !holds(readFileSync(join(root, path), "utf8"), limit, name)).map(
        (path) =>
          `limit-rows.ts names "${name}" for ${limit}, and ${path} has no such test with another value`,
      ),
    ),
    ...Object.entries(ROWS).flatMap(([limit, names]) => [
      ...names
        .filter((name) => !said.includes(`"${name}"`))
        .map((name) => `limit-rows.ts names "${name}" for ${limit}, and e2e/twins has no such row`),
    ]),
  ];
}

/** Whether a text gives the limit a value, and has the test, as one of the languages would name it. */
function holds(text: string, limit: string, name: string): boolean {
  const names = [`it("${name}"`, `def test_${name.replaceAll(/\W+/g, "_")}(`];
  return new RegExp(`\\b${limit}(?:: |=)\\d`).test(text) && names.some((each) => text.includes(each));
}

function suite(root: string): string {
  const e2e = join(root, "e2e");
  const files = [
    ...readdirSync(e2e)
      .filter((name) => /^twins.*\.test\.ts$/.test(name))
      .map((name) => join(e2e, name)),
    ...["cases.ts", "task-cases.ts"].map((name) => join(e2e, "twins", name)),
  ];
  return files.map((path) => readFileSync(path, "utf8")).join("\n");
}
