/** What `npm audit` says of the packages in our lock file that are there at run time. */
import { spawnSync } from "node:child_process";
import { ROOT } from "../services/binaries.ts";
import type { Answer, Finding } from "./answer.ts";

const SOURCE = "package-lock.json (npm audit, without what only develops)";

/** The part of its report that is read. */
interface Report {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly via: readonly (string | Advisory)[] }>>;
}
interface Advisory {
  readonly name: string;
  readonly title: string;
  readonly url: string;
}

export function askNpm(): Answer {
  const { stdout, error } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) return { source: SOURCE, findings: [], unknown: error.message };
  return readNpmAudit(stdout);
}

/** Its exit status is the same for a weakness and for a registry that does not answer: only the report tells. */
export function readNpmAudit(text: string): Answer {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    return { source: SOURCE, findings: [], unknown: "npm gave no report." };
  }
  if (report.vulnerabilities === undefined)
    return { source: SOURCE, findings: [], unknown: `The registry says: ${report.message ?? "nothing"}` };
  const advisories = Object.values(report.vulnerabilities).flatMap(({ via }) =>
    // A text names a package through which it came, which has a row of its own.
    via.filter((each) => typeof each !== "string"),
  );
  const rows = advisories.map(({ name, title, url }): [string, Finding] => {
    const id = url.split("/").at(-1) ?? url;
    return [`${name} ${id}`, { package: name, title, ids: [id] }];
  });
  return { source: SOURCE, findings: [...new Map(rows).values()] };
}
