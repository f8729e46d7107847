/** What `pip-audit` says of the pinned packages in gpu-node's lock files. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../services/binaries.ts";
import { ALL_LOCKS, installPythonEnvironment } from "../setup/python-environment.mjs";
import type { Answer, Finding } from "./answer.ts";

const GPU_NODE = join(ROOT, "gpu-node");
const VENV = join(ROOT, ".data", "venv-audit");

interface Dependency {
  readonly name: string;
  readonly skip_reason?: string;
  readonly vulns?: readonly {
    readonly id: string;
    readonly aliases: readonly string[];
    readonly description: string;
  }[];
}

/** Every lock file by itself: they pin some packages differently. */
export async function askPython(): Promise<Answer[]> {
  await installPythonEnvironment(VENV, ["requirements-audit.lock"]);
  const locks = readdirSync(GPU_NODE).filter((name) => /^requirements.*\.lock$/.test(name));
  return locks.toSorted(byUse).map(askLock);
}

/** What we ship first. */
function byUse(one: string, other: string): number {
  return rank(one) - rank(other) || one.localeCompare(other);
}

function rank(lock: string): number {
  const place = ALL_LOCKS.indexOf(lock);
  return place < 0 ? ALL_LOCKS.length : place;
}

function askLock(lock: string): Answer {
  const args = ["--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", "-r", lock];
  const { stdout, stderr, error } = spawnSync(join(VENV, "bin", "pip-audit"), args, {
    cwd: GPU_NODE,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return readPipAudit(lock, stdout ?? "", error?.message ?? stderr);
}

/** It calls a package clean that it could not ask about: only its report tells. */
export function readPipAudit(lock: string, text: string, said: string): Answer {
  const source = `gpu-node/${lock} (pip-audit)`;
  let dependencies: readonly Dependency[];
  try {
    ({ dependencies } = JSON.parse(text) as { dependencies: readonly Dependency[] });
  } catch {
    const last = said.trimEnd().split("\n").at(-1) ?? "";
    return { source, findings: [], unknown: `pip-audit gave no report: ${last}` };
  }
  const findings = dependencies.flatMap(({ name, vulns = [] }) =>
    vulns.map(({ id, aliases, description }): Finding => {
      return { package: name, ids: [id, ...aliases], title: description.split("\n")[0] ?? "" };
    }),
  );
  if (dependencies.length === 0) return { source, findings: [], unknown: "pip-audit looked at nothing." };
  const skipped = dependencies.filter(({ skip_reason: reason }) => reason !== undefined);
  if (skipped.length === 0) return { source, findings };
  const unknown = `${skipped.length} of ${dependencies.length} packages: ${skipped[0]?.skip_reason}`;
  return { source, findings, unknown };
}
