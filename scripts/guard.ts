/**
 * Refuses files that name a package registry's host or a place on somebody's machine, code that spells wire names, and
 * executors that are no twins.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limitsWithoutRow } from "./guards/limit-rows.ts";
import { limitsAlone } from "./guards/limits.ts";
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
const problems: string[] = [];
for (const file of listing.split("\0").filter(Boolean)) {
  const text = readText(join(ROOT, file));
  for (const word of FORBIDDEN) if (text.includes(word)) problems.push(`${file} names ${word}`);
  if (/(\.lock|package-lock\.json)$/.test(file) && LOCK_URL.test(text)) problems.push(`${file} holds a URL`);
}
problems.push(...handSpelled(ROOT, listing.split("\0")), ...twinDifferences(ROOT));
problems.push(...limitsAlone(ROOT), ...limitsWithoutRow(ROOT));
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0
    ? "no registry host, no machine path and no wire name spelled by hand in any file; the executors are twins, and each limit of theirs has its row"
    : "see above",
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Empty for a file that was deleted but not yet committed. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
