/** Small facts about text: what a word is, where a sentence ends. */

/** Whether there is anything to say: a letter or a digit of any language. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Number of words that are spoken; lone punctuation is none. */
export function countWords(text: string): number {
  return text.split(/\s+/).filter(hasWords).length;
}

/** The text up to the end of its first sentence. */
export function firstSentence(text: string): string {
  return /^.+?[.!?\u2026](?=["'\u201d\u2019)]*(\s|$))/su.exec(text)?.[0] ?? text;
}

/** At most `limit` words. */
export function firstWords(text: string, limit: number): string {
  return text.split(/\s+/).slice(0, limit).join(" ");
}

/** At most `limit` characters, cut between words where there are any. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > limit / 2 ? cut.slice(0, space) : cut).toWellFormed().replace(/(?<![\s,;:.-])[\s,;:.-]+$/u, "")}\u2026`;
}

export function capitalize(text: string): string {
  return text.replace(/^\P{L}*\p{Ll}/u, (start) => start.toUpperCase());
}
