/** Builds a narration of a wanted length: a hook, two to five points, a close. */
import { createRandom, type Random } from "./random.ts";
import { brief } from "./structures/brief.ts";
import { plan } from "./structures/plan.ts";
import { questions } from "./structures/questions.ts";
import { retelling } from "./structures/retelling.ts";
import type { Structure } from "./structures/structure.ts";
import { views } from "./structures/views.ts";
import type { Topic } from "./topic.ts";
import { capitalize, countWords } from "./words.ts";

const STRUCTURES: readonly Structure[] = [questions, plan, views, retelling];

/** Below that many words a hook with two points and a close would run over. */
const BRIEF_WORDS = 22;

/** More than four points are hard to follow; only the longest narrations need a fifth. */
const MANY_WORDS = 210;

/** So many ways to fill a structure are tried; the one that comes closest to the wanted length is taken. */
const TRIES = 40;

/** A structure that misses the wanted length by no more than this share of it is as good as any other. */
const CLOSE_ENOUGH = 0.08;

const COUNTS = ["no", "one", "two", "three", "four", "five"];
const PLACES = ["first", "second", "third", "fourth", "fifth"];

interface Draft {
  sentences: string[];
  /** Distance from the wanted length, words. */
  miss: number;
}

/** Text of about `words` words; the same for the same topic, seed and length. */
export function compose(topic: Topic, words: number, seed: number): string {
  const random = createRandom(`${seed}:${topic.text}`);
  if (words < BRIEF_WORDS) return toText(bestOf(brief, topic, words, random));
  const drafts = random.shuffle(STRUCTURES).map((structure) => bestOf(structure, topic, words, random));
  const good = drafts.find(({ miss }) => miss <= CLOSE_ENOUGH * words);
  return toText(good ?? drafts.reduce(closer));
}

function toText({ sentences }: Draft): string {
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

function bestOf(structure: Structure, topic: Topic, words: number, random: Random): Draft {
  return Array.from({ length: TRIES }, () => fill(structure, topic, words, random)).reduce(closer);
}

function closer(a: Draft, b: Draft): Draft {
  return b.miss < a.miss ? b : a;
}

function fill(structure: Structure, topic: Topic, words: number, random: Random): Draft {
  const most = words < MANY_WORDS ? 4 : 5;
  const count = structure.points.length === 0 ? 0 : 2 + random.below(most - 1);
  const points = random.sample(structure.points, count);
  const opening = open(structure, topic, count, random);
  const close = random.pick(structure.closes);
  const told = points.map(({ lead }, i) => [lead.replace("{nth}", PLACES[i]!)]);
  let left = words - countWords(opening) - lengthOf(close) - sum(points.map(({ lead }) => lengthOf(lead)));
  for (let round = 0; left > 0; round += 1) {
    const before = left;
    points.forEach(({ more }, i) => {
      const sentence = more[round];
      // A point that could not grow in an earlier round is finished: its sentences build on each other.
      if (sentence === undefined || told[i]!.length !== round + 1) return;
      const length = lengthOf(sentence);
      if (length > left + length / 2) return;
      told[i]!.push(sentence);
      left -= length;
    });
    if (left === before) break;
  }
  return { sentences: [opening, ...told.flat(), close], miss: Math.abs(left) };
}

function open(structure: Structure, topic: Topic, count: number, random: Random): string {
  const hook = random.pick(topic.kind === "phrase" ? structure.hooks : structure.bareHooks);
  const word = COUNTS[count]!;
  const filled = hook
    .replace("{count}", word)
    .replace("{Count}", capitalize(word))
    .replace("{t}", () => topic.text);
  return topic.kind === "phrase" ? filled : `${topic.text} ${filled}`;
}

/** Words of the structures' own sentences, counted once; a placeholder for one word counts as one. */
const lengths = new Map<string, number>();

function lengthOf(sentence: string): number {
  const length = lengths.get(sentence) ?? countWords(sentence);
  lengths.set(sentence, length);
  return length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
