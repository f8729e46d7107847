/** Writes what the avatar says: a given text as it is, or a short narration about a topic. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type {
  GenerateScriptInputs,
  GenerateScriptOutputs,
  GenerateScriptParams,
} from "@myspinbot/contracts/types.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Handler } from "../handler.ts";
import { compose } from "./compose.ts";
import { SURROUNDINGS_S } from "./seconds.ts";
import { TONES, TONE_NAMES, type Tone } from "./tones.ts";
import { readTopic } from "./topic.ts";
import { capitalize, firstSentence, firstWords, hasWords, shorten } from "./words.ts";

/** Longer or shorter narrations make no sense; equal to the limits of the param of the same name. */
const DURATION_S = { least: 3, most: 120 };

/** An audience is named, not described. */
const AUDIENCE_WORDS = 8;

const MAX_TITLE = 80;

/** @throws AppError `text-empty`, `text-too-long`, `invalid-input` */
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
  const topic = readTopic(checked("topic", inputs.topic ?? ""));
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

function wrong(name: keyof GenerateScriptInputs, detail: string): AppError {
  return new AppError("invalid-input", `The ${name} ${detail}.`, {
    errors: [{ pointer: `/inputs/${name}`, detail }],
  });
}

/** A short name of the audience that fits into a sentence. */
function audienceOf(given: string): string {
  const clean = given
    .replace(/[\p{C}\s]+/gu, " ")
    .replace(/[.!?\u2026]+/gu, "")
    .trim();
  return hasWords(clean) ? firstWords(clean, AUDIENCE_WORDS).replace(/[\s,;:]+$/u, "") : "";
}

/** The text without space around it; 5,000 characters as people count them. */
function checked(name: "text" | "topic", given: string): string {
  const text = given.trim();
  if (!hasWords(text)) throw new AppError("text-empty", `The ${name} holds no words.`);
  const length = [...text].length;
  if (length > DEFAULTS.text_characters) {
    throw new AppError(
      "text-too-long",
      `The ${name} has ${length} characters; ${DEFAULTS.text_characters} are allowed.`,
    );
  }
  return text;
}

function titleOf(narration: string): string {
  const line = firstSentence(narration)
    .replace(/[\p{C}\s]+/gu, " ")
    .replace(/[.\u2026]+$/u, "")
    .trim();
  return shorten(capitalize(line), MAX_TITLE);
}
