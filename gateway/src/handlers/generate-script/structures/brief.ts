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
    "Say what you believe, and then look for one good reason against it.",
    "Ask three people, and compare what they tell you.",
  ],
  points: [],
  closes: [
    "Whatever you cannot say is worth looking up.",
    "Write down what surprises you.",
    "Then check it.",
    "Look up one thing, and tell it to somebody before the day is over.",
    "The best answer is the one that leads to another question.",
    "Two minutes with a good encyclopedia will tell you how close you came.",
    "If you were wrong, you have learned something. If you were right, ask a harder question.",
    "Write your guess down first, so that you cannot change it later. Then look it up.",
    "",
  ],
};
