/** Turns a topic around and looks at it from several sides. */
import type { Structure } from "./structure.ts";

export const views: Structure = {
  hooks: [
    "Look at {t} from {count} sides.",
    "There is more than one way to think about {t}, so here are {count}.",
    "Let me show you {count} ways of looking at {t}.",
  ],
  bareHooks: ["Look at it from {count} sides.", "There are {count} ways to look at it."],
  points: [
    {
      lead: "Up close, it is all about details.",
      more: [
        "Choose the smallest piece you can find and stay with it for a minute.",
        "Ask what would break if that piece were missing.",
        "Then ask what would break if there were two of it.",
        "Small pieces are cheap to think about, so be thorough.",
      ],
    },
    {
      lead: "From far away, the pattern counts.",
      more: [
        "Step back until the details blur, and ask what stays the same.",
        "Compare it with something you know well, from your kitchen or your street.",
        "Where the comparison fails, you have found what makes it special.",
        "Say that difference in one sentence, and you have a definition of your own.",
      ],
    },
    {
      lead: "Over time, everything moves.",
      more: [
        "Imagine how this looked to your grandparents, and how it may look to their great-grandchildren.",
        "Some parts change every year, others have not changed in a century.",
        "The slow parts are worth learning first, because they will still be true tomorrow.",
        "The fast parts you can always look up.",
      ],
    },
    {
      lead: "Through the eyes of others, it changes again.",
      more: [
        "A child, an engineer, and a neighbor would each tell you a different story.",
        "Ask one of them, and resist the urge to correct.",
        "Their words show what matters when you are not the one explaining.",
        "Borrow the best of those words.",
      ],
    },
    {
      lead: "In numbers, the picture gets sharper.",
      more: [
        "Ask how many, how often, how heavy, or how much it costs.",
        "A rough guess is fine, as long as you write it down before you check.",
        "If you are wrong by a factor of ten, you have just learned something.",
        "If you are right, make the next guess harder.",
      ],
    },
  ],
  closes: [
    "Which of these views is new to you?",
    "Take the view you like least, and spend five minutes with it.",
    "Tomorrow, try one of them on something else.",
  ],
};
