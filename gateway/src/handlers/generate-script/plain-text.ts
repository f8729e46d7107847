/** Takes from a topic or an audience what nobody says aloud: markup and characters that only steer a display. */

const UNSPOKEN = /<!--.*?-->|<(script|style)\b.*?<\/\1\s*>/gisu;
const TAG = /<\/?[a-z?!][^<>]{0,200}>/giu;
const LINK = /!?\[([^[\]]*)\]\([^()]*\)/gu;
const LINE_MARK = /^[ \t]*(#{1,6}|>+|[-*+])[ \t]+/gmu;
const MARKUP = /[[\]{}<>|\\`*_~^]/gu;

/** The words of HTML, SSML or Markdown on one line; ornamental letters as plain ones. */
export function plainText(typed: string): string {
  return typed
    .replace(UNSPOKEN, " ")
    .replace(TAG, " ")
    .replace(LINK, "$1")
    .replace(LINE_MARK, "")
    .replace(MARKUP, " ")
    .replace(/[\p{L}\p{Nd}]+/gu, (word) => word.normalize("NFKC"))
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Mn}\p{Me}]/gu, "")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
}

/** The first word in another script than the language's, for English: Latin; a lone Greek letter is a sign. */
export function foreignWord(text: string): string | undefined {
  return text
    .match(/\p{L}+/gu)
    ?.find((word) => /\P{Script=Latin}/u.test(word) && !/^\p{Script=Greek}$/u.test(word));
}
