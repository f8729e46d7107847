/** Builds a narration of a wanted length: a hook, two to five points, a close. */
import { createRandom, type Random } from "./random.ts";
import { sentenceSeconds } from "./seconds.ts";
import { brief } from "./structures/brief.ts";
import { obstacles } from "./structures/obstacles.ts";
import { plan } from "./structures/plan.ts";
import { questions } from "./structures/questions.ts";
import { retelling } from "./structures/retelling.ts";
import type { Structure } from "./structures/structure.ts";
import { views } from "./structures/views.ts";
import { ADDRESSES, type Tone } from "./tones.ts";
import type { Topic } from "./topic.ts";
import { capitalize } from "./words.ts";

const STRUCTURES: readonly Structure[] = [questions, plan, views, retelling, obstacles];

/** In less time a hook with two points and a close would run over. */
const BRIEF_S = 9;

/** In less time there is none for an opening that only greets. */
const GREETING_S = 15;

/** More than four points are hard to follow; only the longest narrations need a fifth. */
const MANY_S = 60;

/** No structure has more to say; what is longer is told in two parts. */
const ONE_PART_S = 70;

/** So many ways to fill a structure are tried at most. */
const TRIES = 40;

/** A structure that misses the wanted length by no more than this share of it is as good as any other. */
const CLOSE_ENOUGH = 0.04;

const COUNTS = ["no", "one", "two", "three", "four", "five"];
const PLACES = ["first", "second", "third", "fourth", "fifth"];

export interface Wish {
  topic: Topic;
  /** Seconds that the sentences shall last, the pauses after them included. */
  seconds: number;
  tone: Tone;
  /** For whom; empty: for everybody. */
  audience: string;
  seed: number;
}

interface Part {
  /** First sentences, one of which opens the part. */
  hooks: readonly string[];
  closes: readonly string[];
  seconds: number;
}

interface Draft {
  sentences: string[];
  /** Distance from the wanted length, seconds. */
  miss: number;
}

/** Text of about the wanted length; the same for the same wish. */
export function compose(wish: Wish): string {
  const { topic, tone, seed } = wish;
  const random = createRandom(`${seed}:${topic.text}`);
  const greeting = greet(wish, random);
  const seconds = Math.max(0, wish.seconds - sentenceSeconds(greeting));
  const parts = seconds > ONE_PART_S ? 2 : 1;
  const structures = seconds < BRIEF_S ? [brief] : random.shuffle(STRUCTURES);
  let used: Structure | undefined;
  let left = seconds;
  const told: string[] = [greeting];
  for (let number = 1; number <= parts; number += 1) {
    const others = structures.filter((structure) => structure !== used);
    const isLast = number === parts;
    const drafts = others.map((structure) => {
      const hooks = number === 1 ? firstHooks(structure, topic) : structure.bareHooks;
      const own = tone.closes.length > 0 ? tone.closes : structure.closes;
      const part = { hooks, closes: isLast ? own : [""], seconds: isLast ? left : left / 2 };
      return { structure, draft: bestOf(structure, part, random) };
    });
    const good = drafts.find(({ draft }) => draft.miss <= CLOSE_ENOUGH * left);
    const best = good ?? drafts.reduce((a, b) => (b.draft.miss < a.draft.miss ? b : a));
    told.push(...best.draft.sentences);
    used = best.structure;
    left -= sentenceSeconds(best.draft.sentences.join(" "));
  }
  return told.filter((sentence) => sentence !== "").join(" ");
}

/** What is said before the hook; in a few seconds there is no time for it. */
function greet({ tone, audience, seconds }: Wish, random: Random): string {
  const opening = tone.openings.length > 0 && seconds >= GREETING_S ? random.pick(tone.openings) : "";
  const address = audience ? random.pick(ADDRESSES).replace("{a}", () => audience) : "";
  return [opening, address].filter((sentence) => sentence !== "").join(" ");
}

/** Hooks with the topic filled in. A topic that is a sentence stands before them. */
function firstHooks(structure: Structure, topic: Topic): string[] {
  if (topic.kind === "sentence") return structure.bareHooks.map((hook) => `${topic.text} ${hook}`);
  return structure.hooks.map((hook) => hook.replace("{t}", () => topic.text));
}

/** The first try that is close enough, so that seeds differ; else the closest. */
function bestOf(structure: Structure, part: Part, random: Random): Draft {
  let best: Draft | undefined;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const draft = fill(structure, part, random);
    if (draft.miss <= CLOSE_ENOUGH * part.seconds) return draft;
    if (!best || draft.miss < best.miss) best = draft;
  }
  return best!;
}

function fill(structure: Structure, part: Part, random: Random): Draft {
  const most = part.seconds < MANY_S ? 4 : 5;
  const count = structure.points.length === 0 ? 0 : 2 + random.below(most - 1);
  const points = random.sample(structure.points, count);
  const word = COUNTS[count]!;
  const hook = random.pick(part.hooks).replace("{count}", word).replace("{Count}", capitalize(word));
  const close = random.pick(part.closes);
  const told = points.map(({ lead }, i) => [lead.replace("{nth}", PLACES[i]!)]);
  let left =
    part.seconds - sentenceSeconds(hook) - lengthOf(close) - sum(points.map(({ lead }) => lengthOf(lead)));
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
  return { sentences: [hook, ...told.flat(), close], miss: Math.abs(left) };
}

/** Seconds of the structures' own sentences, estimated once; a placeholder for one word counts as one. */
const lengths = new Map<string, number>();

function lengthOf(sentence: string): number {
  const length = lengths.get(sentence) ?? sentenceSeconds(sentence);
  lengths.set(sentence, length);
  return length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
