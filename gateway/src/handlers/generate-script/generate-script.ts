/** Writes what the avatar says: a given text as it is, or a short narration about a topic. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type {
  GenerateScriptInputs,
  GenerateScriptOutputs,
  GenerateScriptParams,
} from "@myspinbot/contracts/types.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Handler } from "../handler.ts";
import { compose } from "./compose.ts";
import { foreignWord, plainText } from "./plain-text.ts";
import { SURROUNDINGS_S } from "./seconds.ts";
import { TONES, TONE_NAMES, type Tone } from "./tones.ts";
import { readTopic } from "./topic.ts";
import { capitalize, firstSentence, firstWords, hasWords, shorten } from "./words.ts";

/** Longer or shorter narrations make no sense; equal to the limits of the param of the same name. */
const DURATION_S = { least: 3, most: 120 };

/** An audience is named, not described. */
const AUDIENCE_WORDS = 8;

const MAX_TITLE = 80;

/** @throws AppError `text-empty`, `text-too-long`, `language-unsupported`, `invalid-input`, each with the field. */
export const generateScript: Handler<
  Required<GenerateScriptParams>,
  GenerateScriptInputs,
  GenerateScriptOutputs
> = (params, inputs) => Promise.resolve().then(() => write(params, inputs));

function write(params: Required<GenerateScriptParams>, inputs: GenerateScriptInputs): GenerateScriptOutputs {
  if (inputs.text !== undefined) {
    const narration = checked("text", inputs.text);
    return { narration, title: titleOf(narration) };
  }
  const topic = readTopic(sayable("topic", checked("topic", plainText(inputs.topic ?? ""))));
  const duration = durationOf(inputs.duration_s ?? params.duration_s);
  const narration = compose({
    topic,
    seconds: duration - SURROUNDINGS_S,
    tone: toneOf(inputs.tone ?? "plain"),
    audience: audienceOf(inputs.audience ?? ""),
    seed: params.seed,
  });
  return { narration, title: topic.title };
}

function toneOf(name: string): Tone {
  const known = TONE_NAMES.find((tone) => tone === name);
  if (known) return TONES[known];
  throw wrong("tone", `is none of ${TONE_NAMES.join(", ")}`);
}

function durationOf(seconds: number): number {
  const { least, most } = DURATION_S;
  if (seconds >= least && seconds <= most) return seconds;
  throw wrong("duration_s", `is not between ${least} and ${most} seconds`);
}

/** The sentences around it are English, and so are the voices. */
function sayable(name: "topic" | "audience", text: string): string {
  const word = foreignWord(text);
  if (word === undefined) return text;
  throw refused(
    "language-unsupported",
    name,
    `holds ${JSON.stringify([...word].slice(0, 40).join(""))}, which is not in Latin letters; the voices speak English`,
  );
}

function wrong(name: keyof GenerateScriptInputs, detail: string): AppError {
  return refused("invalid-input", name, detail);
}

function refused(code: ProblemCode, name: keyof GenerateScriptInputs, detail: string): AppError {
  return new AppError(code, `The ${name} ${detail}.`, {
    errors: [{ pointer: `/inputs/${name}`, detail }],
  });
}

/** A short name of the audience that fits into a sentence. */
function audienceOf(given: string): string {
  const clean = plainText(given)
    .replace(/[.!?\u2026]+/gu, "")
    .trim();
  sayable("audience", clean);
  return hasWords(clean) ? firstWords(clean, AUDIENCE_WORDS).replace(/(?<![\s,;:])[\s,;:]+$/u, "") : "";
}

/** The text without space around it; 5,000 characters as people count them. */
function checked(name: "text" | "topic", given: string): string {
  const text = given.trim();
  if (!hasWords(text)) throw refused("text-empty", name, "holds no words");
  const length = [...text].length;
  if (length > DEFAULTS.text_characters) {
    throw refused("text-too-long", name, `has ${length} characters; ${DEFAULTS.text_characters} are allowed`);
  }
  return text;
}

function titleOf(narration: string): string {
  const line = firstSentence(narration)
    .replace(/[\p{C}\s]+/gu, " ")
    .replace(/(?<![.\u2026])[.\u2026]+$/u, "")
    .trim();
  return shorten(capitalize(line), MAX_TITLE);
}
