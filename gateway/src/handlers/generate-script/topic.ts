/** Reads what somebody typed as a topic, so that it can stand in a sentence. */
import { capitalize, countWords, firstSentence, firstWords, shorten } from "./words.ts";

/**
 * `phrase` fits behind "about" ("black holes", "why the sky is blue"); `sentence` stands alone, with its own mark at
 * the end ("Why is the sky blue?").
 */
export type Topic = { kind: "phrase" | "sentence"; text: string; title: string };

/** Longer topics would leave no words for anything else. */
const MAX_WORDS = 40;

/** A longer phrase is hard to follow in the middle of a sentence. */
const MAX_PHRASE_WORDS = 20;

/** What is asked for by "What is ...?" is a name if it is short. */
const MAX_NAME_WORDS = 5;

const MAX_TITLE = 80;

/** What people put before a topic when they talk to a machine. */
const REQUEST =
  /^(please\s+)?((can|could) you\s+)?(please\s+)?((explain|describe|introduce|present|discuss)(\s+to (me|us))?|(tell (me|us)|talk|speak|write|say|make|create)(\s+(me|us))?(\s+(a|an)\s+(\w+\s+)?(script|video|story|narration|text))?(\s+something)?\s+(about|on))\s+/iu;

const DEFINITION =
  /^(what|who)(\s+(is|are|was|were)|'s|\u2019s)\s+(?!the (best|most|right)|it\b|this\b|that\b|there\b|going\b)/iu;

/** A question whose verb comes first, as in "why is the sky blue"; after "about" it would be wrong. */
const INVERTED =
  /^((why|when|where|how|what|who|which)(\s+(much|many|long|often|far|big|\w+ly))?\s+)?(is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|might|am)\s/iu;

const TAIL =
  /(\s+(to|for) (me|us|dummies|beginners))?(\s+in (simple|plain|easy) (words|terms))?(,?\s+please)?$/iu;

/** Starts of whole sentences, which "about" cannot take. */
const STATEMENT =
  /^(i|we|you|he|she|they|it|there|let's|let us|i'm|we're|you're|it's|this is|that is|these are)\s/iu;

/** Small words that stand at the start with a capital only because they start. */
const SMALL_START =
  /^(The|A|An|How|Why|What|When|Where|Who|Which|My|Our|Your|His|Her|Their|This|These|Some|Making|Building|Learning|Baking)\b/u;

/** Expects words; spaces and control characters may be anywhere. */
export function readTopic(typed: string): Topic {
  const clean = typed.replace(/[\p{C}\s]+/gu, " ").trim();
  const sentence = firstWords(
    firstSentence(clean.replace(/^["'\u201c\u2018]+|(?<!["'\u201d\u2019])["'\u201d\u2019]+$/gu, "")),
    MAX_WORDS,
  );
  const asked = sentence.replace(REQUEST, "").replace(TAIL, "");
  const text = (countWords(asked) > 0 ? asked : sentence).replace(/(?<![\s,;:])[\s,;:]+$/u, "");
  const bare = text.replace(/(?<![?.!\u2026])[?.!\u2026]+$/u, "").trim();
  const title = shorten(capitalize(text.endsWith("?") ? text : bare), MAX_TITLE);
  const named = bare.replace(DEFINITION, "");
  if (named !== bare && named !== "" && countWords(named) <= MAX_NAME_WORDS) {
    return { kind: "phrase", text: soften(named), title };
  }
  if (INVERTED.test(text)) return { kind: "sentence", text: capitalize(`${bare}?`), title };
  // The full stop of a request is not the topic's own.
  const ownMark = text !== bare && !(asked !== sentence && text.endsWith("."));
  if (ownMark) return { kind: "sentence", text: capitalize(text), title };
  if (STATEMENT.test(text) || countWords(text) > MAX_PHRASE_WORDS) {
    return { kind: "sentence", text: capitalize(`${bare}.`), title };
  }
  return { kind: "phrase", text: soften(bare), title };
}

/** Names keep their capitals: only words that are certainly none lose theirs. */
function soften(text: string): string {
  const phrase = text.replace(/^to /iu, "how to ");
  return SMALL_START.test(phrase) ? phrase.charAt(0).toLowerCase() + phrase.slice(1) : phrase;
}
