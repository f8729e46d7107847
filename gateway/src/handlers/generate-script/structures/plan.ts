/** Spreads the first steps over a few evenings. */
import type { Structure } from "./structure.ts";

export const plan: Structure = {
  hooks: [
    "Here is a plan to find out about {t} in {count} evenings.",
    "You can learn a lot about {t} in {count} evenings.",
    "{Count} short evenings, and you will know much more about {t}.",
  ],
  bareHooks: [
    "Here is how to find out more in {count} evenings.",
    "Take {count} evenings to look behind it.",
  ],
  points: [
    {
      lead: "On the {nth} evening, read a short introduction.",
      more: [
        "Do not take notes yet.",
        "You only want to know which parts there are and what they are called.",
        "If a page resists you, mark it and read on.",
        "The marks will tell you tomorrow where to look again.",
      ],
    },
    {
      lead: "On the {nth} evening, look up the words you stumbled over.",
      more: [
        "Write each meaning in your own words, in one line.",
        "A line you cannot write shows what you have not understood.",
        "Draw an arrow between words that depend on each other.",
        "That small map will carry you further than another chapter.",
      ],
    },
    {
      lead: "On the {nth} evening, look for an original: a letter, a photo, an object, a place.",
      more: [
        "Spend ten minutes with it before you read what others say.",
        "Find one detail that nobody has told you about.",
        "Originals are full of such details.",
        "Yours will start many a conversation.",
      ],
    },
    {
      lead: "On the {nth} evening, explain it to somebody.",
      more: [
        "Use no word that you would have to explain.",
        "Their first question shows you the gap in your own picture.",
        "Answer what you can, and promise to find out the rest.",
        "Keep that promise within the week.",
      ],
    },
    {
      lead: "On the {nth} evening, read your first notes again.",
      more: [
        "Cross out what turned out to be wrong.",
        "Underline what you would tell a beginner.",
        "What is left over is your list for next week.",
        "Keep it short enough for the back of an envelope.",
      ],
    },
  ],
  closes: [
    "Put the first evening in your calendar now.",
    "You will not be an expert, but you will ask better questions.",
    "Half an hour each is enough.",
  ],
};
