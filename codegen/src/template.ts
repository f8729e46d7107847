/** Templates of wire.json: fixed text with placeholders in angle brackets. */

export interface Template {
  /** Placeholders without the prefix, in order. */
  placeholders: string[];
  /** Whether the last placeholder ends the name, so that leaving it empty gives the prefix of a family. */
  open: boolean;
  /** Fixed texts and placeholders in turn; placeholders as `{ name }`. */
  parts: (string | { name: string })[];
}

export function parseTemplate(text: string): Template {
  const parts = text
    .split(/(<[a-z0-9]+>)/)
    .filter(Boolean)
    .map((part) => (part.startsWith("<") ? { name: part.slice(1, -1) } : part));
  const placeholders = parts.filter((part) => typeof part !== "string").map((part) => part.name);
  const last = parts.at(-1);
  return {
    parts,
    placeholders: placeholders.filter((name) => name !== "prefix"),
    open: typeof last === "object" && last.name !== "shard",
  };
}
