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
import { readTopic } from "./topic.ts";
import { capitalize, firstSentence, hasWords, shorten } from "./words.ts";

/** How fast the default voice speaks, pauses included: 2.8 to 3.5, measured over twelve scripts. */
export const WORDS_PER_SECOND = 3.2;

const MAX_TITLE = 80;

/** @throws AppError `text-empty`, `text-too-long` */
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
  const narration = compose(topic, Math.round(params.duration_s * WORDS_PER_SECOND), params.seed);
  return { narration, title: topic.title };
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
