/** Takes from a topic or an audience what nobody says aloud: markup and characters that only steer a display. */

const UNSPOKEN = /<!--|<(script|style)\b/giu;
const SPOKEN_AGAIN: Readonly<Record<string, RegExp>> = {
  "": /-->/gu,
  script: /<\/script\s*>/giu,
  style: /<\/style\s*>/giu,
};
const TAG = /<\/?[a-z?!][^<>]{0,200}>/giu;
const LINK = /!?\[([^[\]]*)\]\([^()]*\)/gu;
const LINE_MARK = /^[ \t]*(#{1,6}|>+|[-*+])[ \t]+/gmu;
const MARKUP = /[[\]{}<>|\\`*_~^]/gu;

/** The words of HTML, SSML or Markdown on one line; ornamental letters as plain ones. */
export function plainText(typed: string): string {
  return withoutUnspoken(typed)
    .replace(TAG, " ")
    .replace(LINK, "$1")
    .replace(LINE_MARK, "")
    .replace(MARKUP, " ")
    .replace(/[\p{L}\p{Nd}]+/gu, (word) => word.normalize("NFKC"))
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Mn}\p{Me}]/gu, "")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
}

/**
 * Without comments and scripts; what is never closed is text. Each kind is looked for once when it is not there:
 * one pattern for all would look again from each opening.
 */
function withoutUnspoken(typed: string): string {
  const kept: string[] = [];
  const unclosed = new Set<string>();
  let end = 0;
  for (const opening of typed.matchAll(UNSPOKEN)) {
    const kind = (opening[1] ?? "").toLowerCase();
    if (opening.index < end || unclosed.has(kind)) continue;
    const closing = new RegExp(SPOKEN_AGAIN[kind]!);
    closing.lastIndex = opening.index + opening[0].length;
    if (closing.exec(typed) === null) {
      unclosed.add(kind);
      continue;
    }
    kept.push(typed.slice(end, opening.index));
    end = closing.lastIndex;
  }
  return [...kept, typed.slice(end)].join(" ");
}

/** The first word in another script than the language's, for English: Latin; a lone Greek letter is a sign. */
export function foreignWord(text: string): string | undefined {
  return text
    .match(/\p{L}+/gu)
    ?.find((word) => /\P{Script=Latin}/u.test(word) && !/^\p{Script=Greek}$/u.test(word));
}
