/**
 * How long a text lasts when it is spoken. The numbers were fitted to the speech of the embedded voices at their own
 * speed, sentence by sentence; spoken.json holds texts with the measured lengths that tests hold them to.
 */

/** Of the whole speech, before and after the words: LEAD_S of the gpu-node's join.py, twice. */
const LEAD_S = 0.48;
/** SENTENCE_PAUSE_S of the gpu-node's sentences.py. */
const PAUSE_S = 0.32;
const SENTENCE_S = 0.01;
const LETTER_S = 0.0385;
const SYLLABLE_S = 0.074;
/** Also of a semicolon, a colon or a dash. */
const COMMA_S = 0.12;

/** What a speech has beside its sentences and the pauses after them. */
export const SURROUNDINGS_S = LEAD_S - PAUSE_S;

const SENTENCE_END = /(?<![.!?\u2026])[.!?\u2026]+["'\u201d\u2019)]*(?=\s|$)/gu;

/** Seconds of one or more sentences, with the pause after each of them. */
export function sentenceSeconds(text: string): number {
  if (text === "") return 0;
  const syllables = text.split(/\s+/u).reduce((total, word) => total + syllablesOf(word), 0);
  const sentences = Math.max(1, count(text, SENTENCE_END));
  return (
    sentences * (SENTENCE_S + PAUSE_S) +
    syllables * SYLLABLE_S +
    count(text, /\p{L}/gu) * LETTER_S +
    count(text, /[,;:\u2014](?=\s)/gu) * COMMA_S
  );
}

/** Seconds of a whole speech. */
export function speechSeconds(text: string): number {
  return sentenceSeconds(text) + SURROUNDINGS_S;
}

/** Groups of vowels; a silent e at the end is none. Digits are read as words of two syllables. */
function syllablesOf(word: string): number {
  const digits = count(word, /\d/gu);
  const letters = word.toLowerCase().replace(/[^\p{L}]/gu, "");
  if (letters === "") return 2 * digits;
  return 2 * digits + Math.max(1, count(letters.replace(/e$/u, ""), /[aeiouy]+/gu));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
