/** What an auditor says about a list of pinned packages, and what becomes of it beside what we have explained. */

/** A published weakness of a version that we pin. */
export interface Finding {
  readonly package: string;
  readonly title: string;
  /** All its names: GHSA-…, CVE-…, PYSEC-… */
  readonly ids: readonly string[];
}

export interface Answer {
  /** Whose packages: the lock file. */
  readonly source: string;
  readonly findings: readonly Finding[];
  /** Why nothing, or not everything, is known; absent when all was. */
  readonly unknown?: string;
}

/** A row of explained.json: a weakness that we know, and why it does not matter here. */
export interface Explained {
  readonly id: string;
  readonly package: string;
  readonly why: string;
}

export interface Verdict {
  readonly lines: readonly string[];
  /** 0 = all is known, and clean or explained; 1 = something is not, or is explained for nothing; 3 = not all is known. */
  readonly status: 0 | 1 | 3;
}

/** An explanation is stale when all has been asked and nobody names its weakness any more. */
export function judge(answers: readonly Answer[], explained: readonly Explained[]): Verdict {
  const explains = (row: Explained, finding: Finding): boolean =>
    row.package === finding.package && finding.ids.includes(row.id);
  const all = answers.flatMap(({ findings }) => findings);
  const open = all.filter((finding) => !explained.some((row) => explains(row, finding)));
  const silent = answers.some(({ unknown }) => unknown !== undefined);
  const idle = explained.filter((row) => !all.some((finding) => explains(row, finding)));
  const stale = silent ? [] : idle;
  return {
    lines: [
      ...answers.map(lineOf),
      ...open.map(({ package: name, ids, title }) => `NOT EXPLAINED  ${name}: ${ids.join(", ")} ${title}`),
      ...stale.map(
        ({ package: name, id }) => `STALE          ${name}: ${id} is explained, and nobody names it`,
      ),
    ],
    status: open.length + stale.length > 0 ? 1 : silent ? 3 : 0,
  };
}

function lineOf({ source, findings, unknown }: Answer): string {
  const found = findings.length === 0 ? "nothing published" : `${findings.length} published`;
  if (unknown === undefined) return `${source}: ${found}`;
  return `${source}: NOT KNOWN${findings.length === 0 ? "" : `, but ${found}`}. ${unknown}`;
}
