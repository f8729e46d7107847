/** The voices that boxes offer now, by accent and sex. */
import type { Capabilities } from "@myspinbot/contracts/types.ts";
import { human } from "#lib/words.ts";

const ACCENTS = new Intl.DisplayNames("en", { type: "language" });

export function voiceGroups(known: Capabilities | undefined): { title: string; voices: string[] }[] {
  const voices = (known?.node_types ?? [])
    .flatMap(({ engines }) => engines)
    .filter(({ available }) => available)
    .flatMap(({ voices = [] }) => voices);
  const groups = new Map<string, Set<string>>();
  for (const { name, language, sex } of voices) {
    const title = [accent(language), ...(sex === "unknown" ? [] : [human(sex).toLowerCase()])].join(", ");
    groups.set(title, (groups.get(title) ?? new Set()).add(name));
  }
  return [...groups].map(([title, names]) => ({ title, voices: [...names].sort() }));
}

function accent(language: string): string {
  try {
    return ACCENTS.of(language) ?? language;
  } catch {
    return language;
  }
}

/** `af_alloy` -> `Alloy`: its group says the rest. */
export function voiceName(name: string): string {
  return human(name.replace(/^[a-z][fm]_/, ""));
}
