/** Reads what can be known of an image from its Dockerfile: stages, what each is made from, and their instructions. */

export interface Instruction {
  /** In capitals: RUN, COPY, ... */
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  /** An image, or another stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

const FROM = /^(?:--platform=\S+ )?(\S+)(?: +AS +(\S+))?$/i;

/** @throws Error that says which line is not understood */
export function readStages(text: string): Stage[] {
  const values = new Map<string, string>();
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const { word, rest } of instructionsOf(text)) {
    const latest = stages.at(-1);
    if (word === "ARG" && !latest) {
      const [name = "", value = ""] = rest.split(/=(.*)/s);
      values.set(name, value);
    } else if (word === "FROM") {
      const filled = rest.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
      const [, from, name = String(stages.length)] = FROM.exec(filled) ?? [];
      if (from === undefined) throw new Error(`FROM ${rest} is not understood`);
      stages.push({ name, from, instructions: [] });
    } else if (latest) latest.instructions.push({ word, rest });
    else throw new Error(`${word} stands before the first FROM`);
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => {
      const [, word = "", rest = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
      return { word: word.toUpperCase(), rest: rest.replaceAll(/\s+/g, " ").trim() };
    });
}

/** The stages that one is made from, itself last. */
export function chainOf(stages: readonly Stage[], name: string): Stage[] {
  const stage = stages.find((each) => each.name === name);
  if (!stage) throw new Error(`there is no stage ${name}`);
  return [...(stages.some((each) => each.name === stage.from) ? chainOf(stages, stage.from) : []), stage];
}

/** What a COPY brings: from which stage, which paths, and where to. */
export function copied({ rest }: Instruction): { stage?: string; sources: string[]; target: string } {
  const words = rest.split(" ");
  const paths = words.filter((word) => !word.startsWith("--"));
  const stage = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  return { ...(stage === undefined ? {} : { stage }), sources: paths.slice(0, -1), target: paths.at(-1)! };
}
