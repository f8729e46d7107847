/** What of an approval's values a person may mend in a text field, and what of that was mended. */

/** Texts, and lists of texts as lines. */
export function draftsOf(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (typeof value === "string") return [[name, value]];
      const isTexts =
        Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
      return isTexts ? [[name, value.join("\n")]] : [];
    }),
  );
}

/** @returns undefined when nothing was changed: then it goes on as it was shown */
export function valuesOf(
  drafts: Record<string, string>,
  shown: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const before = draftsOf(shown);
  const changed = Object.entries(drafts).filter(([name, text]) => text !== before[name]);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    changed.map(([name, text]) => [
      name,
      Array.isArray(shown[name]) ? text.split("\n").filter((line) => line.trim() !== "") : text,
    ]),
  );
}
