/** Names what usually stops people, and a way past each of it. */
import type { Structure } from "./structure.ts";

export const obstacles: Structure = {
  hooks: [
    "{Count} things keep people from learning about {t}, and each has a way around it.",
    "Anybody who begins with {t} can get stuck in {count} places, and there is a way out of each.",
    "Let me help you past {count} obstacles on the way to {t}.",
  ],
  bareHooks: [
    "{Count} things may hold you back, and each has a way around it.",
    "There are {count} places to get stuck. You can pass every one of them.",
  ],
  points: [
    {
      lead: "There is too much of it.",
      more: [
        "Nobody reads everything, the experts included.",
        "Choose one corner that you could describe on a postcard.",
        "When the postcard is full, turn it over and choose the next corner.",
        "Ten postcards are more than most people ever write.",
      ],
    },
    {
      lead: "The words are strange.",
      more: [
        "Collect five of them, and leave the rest alone for now.",
        "Ask for each one what it would be called in your kitchen.",
        "If there is no such thing in your kitchen, draw it.",
        "Five words are enough to follow a conversation.",
      ],
    },
    {
      lead: "You have no time.",
      more: [
        "Ten minutes are enough if you know what you will do in them.",
        "Decide the evening before, and put the book on your pillow.",
        "Stop in the middle of a sentence, so that you want to go on.",
        "Tomorrow you will begin where it was interesting.",
      ],
    },
    {
      lead: "Other people seem to know so much more.",
      more: [
        "They had a first day, too.",
        "Ask one of them what confused them then.",
        "You will hear a story, and the story will help you more than a list of facts.",
        "Thank them by asking a harder question next time.",
      ],
    },
    {
      lead: "You are not sure whether you got it right.",
      more: [
        "Predict something, and see what happens.",
        "A wrong prediction is worth more than a nod.",
        "Change one thing, and predict again.",
        "After three rounds you will know where you stand.",
      ],
    },
  ],
  closes: [
    "Which of these stopped you so far?",
    "Pick the smallest one, and get past it today.",
    "Begin with the one that made you sigh.",
  ],
};
