/**
 * Refuses what no other tool reads: hosts of registries and places on somebody's machine, names of the wire spelled by
 * hand, executors that are no twins, time and chance that are not passed in, tests that sleep.
 */
import { execFileSync } from "node:child_process";
import { misspeltEvents } from "./guards/event-types.ts";
import { hiddenSources } from "./guards/hidden-sources.ts";
import { limitsWithoutRow } from "./guards/limit-rows.ts";
import { limitsAlone } from "./guards/limits.ts";
import { longCallables } from "./guards/long-callables.ts";
import { packagesWithoutLayers } from "./guards/python-packages.ts";
import { sleepsOfTests } from "./guards/sleeps.ts";
import { misspeltStatuses } from "./guards/statuses.ts";
import { textOf } from "./guards/text-of.ts";
import { twinDifferences } from "./guards/twins.ts";
import { handSpelled } from "./guards/wire-names.ts";
import { ROOT } from "./services/binaries.ts";

/** Written in pieces, because this file is searched too. */
const FORBIDDEN = [
  ["registry", "npmjs"],
  ["registry", "yarnpkg"],
  ["pypi", "org"],
  ["files", "pythonhosted"],
  ["proxy", "golang"],
]
  .map((parts) => parts.join("."))
  .concat([["", "root", ""].join("/"), ["", "Users", ""].join("/"), ["", "home", ""].join("/")]);

/** Lock files pin packages by version and digest alone, so that every mirror can serve them. */
const LOCK_URL = /"resolved": "\w+:\/\/|^--(extra-)?index-url|@ \w+:\/\//m;

const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
});
const files = [...new Set(listing.split("\0"))].filter(Boolean);
const problems: string[] = [];
for (const file of files) {
  const text = textOf(ROOT, file);
  for (const word of FORBIDDEN) if (text.includes(word)) problems.push(`${file} names ${word}`);
  if (/(\.lock|package-lock\.json)$/.test(file) && LOCK_URL.test(text)) problems.push(`${file} holds a URL`);
}
for (const find of [
  handSpelled,
  misspeltEvents,
  misspeltStatuses,
  hiddenSources,
  sleepsOfTests,
  longCallables,
  packagesWithoutLayers,
])
  problems.push(...find(ROOT, files));
for (const find of [twinDifferences, limitsAlone, limitsWithoutRow]) problems.push(...find(ROOT));
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0
    ? "no host, no machine path, no wire name by hand, no hidden time, no sleep; the executors are twins, with a row for each limit"
    : "see above",
);
process.exitCode = problems.length === 0 ? 0 : 1;
