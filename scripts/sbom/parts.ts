/** Says what an image is put together from, by its Dockerfile; what is not understood there is refused, so that nothing is left out. */
import { chainOf, copied, type Instruction, type Stage } from "./dockerfile.ts";

export interface Parts {
  /** As in `node:24.21.0-bookworm-slim@sha256:...`. */
  base: string;
  /** Packages of Debian that are named. */
  debian: string[];
  /** Lock files of Python, from the root of the repository. */
  locks: string[];
  /** An install of npm: for which workspace, and which folders of workspaces lie there. */
  npm: { workspace: string; folders: string[] }[];
  hasPage: boolean;
  hasModels: boolean;
}

/** What is done in a stage that packages of an image come from, or in the image itself. */
type Reading = (parts: Parts, match: RegExpExecArray, stages: readonly Stage[], at: string) => void;

const RUNS: readonly [RegExp, Reading][] = [
  [
    /^apt-get install (.+)$/,
    (parts, [, words = ""]) => parts.debian.push(...words.split(" ").filter((word) => !word.startsWith("-"))),
  ],
  [
    /^\S*pip install (.+)$/,
    (parts, [, words = ""]) => {
      const locks = Array.from(words.matchAll(/(?:-r|--requirement)[ =](\S+)/g), ([, lock]) => lock!);
      // Whatever else it names is in no lock.
      const rest = words.replaceAll(/(?:-r|--requirement)[ =]\S+|--only-binary \S+|--\S+/g, "").trim();
      if (locks.length === 0 || rest !== "")
        throw new Error(`pip installs ${rest || "nothing"} without a lock`);
      parts.locks.push(...locks);
    },
  ],
  [
    /^npm ci (.+)$/,
    (parts, [, words = ""], stages, at) => {
      const workspace = /--workspace[ =](\S+)/.exec(words)?.[1];
      if (workspace === undefined) throw new Error(`npm ci ${words} names no workspace`);
      parts.npm.push({ workspace, folders: broughtTo(stages, at) });
    },
  ],
  [
    /^(apt-get update|rm -rf \/var\/lib\/apt\/lists\/\*|python -m venv \S+|ln -s .*|useradd .*|install -d .*)$/,
    () => {},
  ],
];

/** What is taken out of another stage, by the end of its path. */
const COPIES: readonly [RegExp, (parts: Parts, stages: readonly Stage[], stage: string) => void][] = [
  [/\/(node_modules|\.data\/venv)$/, (parts, stages, stage) => readRuns(parts, stages, stage)],
  [/\/ui\/build$/, (parts) => (parts.hasPage = true)],
  [/\/\.data\/models$/, (parts) => (parts.hasModels = true)],
  // The list itself.
  [/\.cdx\.json$/, () => {}],
];

/** @throws Error that says what in the Dockerfile is not understood */
export function partsOf(stages: readonly Stage[], target: string): Parts {
  const chain = chainOf(stages, target);
  const parts: Parts = {
    base: chain[0]!.from,
    debian: [],
    locks: [],
    npm: [],
    hasPage: false,
    hasModels: false,
  };
  for (const { instructions, name } of chain)
    for (const instruction of instructions) {
      if (instruction.word === "ADD") throw new Error(`ADD ${instruction.rest} is not understood: use COPY`);
      if (instruction.word === "RUN") readRun(parts, stages, name, instruction);
      if (instruction.word === "COPY") readCopy(parts, stages, instruction);
    }
  return { ...parts, locks: [...new Set(parts.locks)], debian: [...new Set(parts.debian)] };
}

function readCopy(parts: Parts, stages: readonly Stage[], instruction: Instruction): void {
  const { stage, sources } = copied(instruction);
  if (stage === undefined) return;
  for (const source of sources) {
    const [, read] = COPIES.find(([path]) => path.test(source)) ?? [];
    if (!read)
      throw new Error(`what COPY --from=${stage} ${source} brings is not known to scripts/sbom/parts.ts`);
    read(parts, stages, stage);
  }
}

function readRuns(parts: Parts, stages: readonly Stage[], stage: string): void {
  for (const { instructions, name } of chainOf(stages, stage))
    for (const each of instructions) if (each.word === "RUN") readRun(parts, stages, name, each);
}

function readRun(parts: Parts, stages: readonly Stage[], at: string, { rest }: Instruction): void {
  for (const command of rest.split("&&").map((each) => each.trim())) {
    const found = RUNS.map(([form, read]) => [form.exec(command), read] as const).find(([match]) => match);
    if (!found) throw new Error(`what RUN ${command} brings is not known to scripts/sbom/parts.ts`);
    found[1](parts, found[0]!, stages, at);
  }
}

/** Folders of which something lies in a stage: npm knows no other workspaces there. */
function broughtTo(stages: readonly Stage[], at: string): string[] {
  return chainOf(stages, at)
    .flatMap(({ instructions }) => instructions.filter(({ word }) => word === "COPY"))
    .flatMap((instruction) => copied(instruction).sources)
    .map((source) => source.replace(/\/package\.json$/, "").replace(/\/$/, ""));
}
