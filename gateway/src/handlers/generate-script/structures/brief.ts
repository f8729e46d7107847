/** For a few seconds of speech, where no points fit in. */
import type { Structure } from "./structure.ts";

export const brief: Structure = {
  hooks: [
    "Tell somebody what you know about {t}.",
    "Ask one good question about {t} today.",
    "Take five minutes today to think about {t}.",
    "Before you look anything up, guess what an expert would say about {t}.",
  ],
  bareHooks: [
    "Make a guess before you look it up.",
    "Think for a minute, then say it aloud.",
    "Ask somebody.",
  ],
  points: [],
  closes: [
    "Whatever you cannot say is worth looking up.",
    "Write down what surprises you.",
    "Then check it.",
    "",
  ],
};
