/** Leads the viewer into a topic by questions. */
import type { Structure } from "./structure.ts";

export const questions: Structure = {
  hooks: [
    "{Count} questions will tell you more about {t}.",
    "If you are curious about {t}, ask {count} questions.",
    "Anybody can find out more about {t} with {count} questions.",
  ],
  bareHooks: ["{Count} questions help to see what is behind it.", "Find out more with {count} questions."],
  points: [
    {
      lead: "Where did it all begin?",
      more: [
        "Early accounts are short, blunt, and easier to follow than modern ones.",
        "Find one, and note which problem its author was trying to solve.",
        "That problem usually explains the strange parts that came later.",
        "It also tells you why anybody bothered in the first place.",
      ],
    },
    {
      lead: "What can you see with your own eyes?",
      more: [
        "A single example up close beats ten summaries.",
        "Pick one, describe it in plain words, and notice which word you are missing.",
        "The missing word is the next thing to look up.",
        "Then pick a second example and list what the two have in common.",
      ],
    },
    {
      lead: "What do most people get wrong?",
      more: [
        "Write down what you believe today, then check it against a source you trust.",
        "One belief corrected will stay with you longer than ten facts added.",
        "Keep the wrong version next to the right one.",
        "Seeing both shows you exactly where your thinking took a turn.",
      ],
    },
    {
      lead: "Who deals with this every day?",
      more: [
        "Ask that person what surprised them in their first year.",
        "Surprises rarely make it into textbooks, yet they are what you need first.",
        "Listen for the details they mention twice.",
        "If you cannot meet anybody, look for a diary, a forum, or a long interview.",
      ],
    },
    {
      lead: "What is still unknown?",
      more: [
        "Ask two experts, and listen for the point where they disagree.",
        "That is where the subject is moving right now.",
        "You need not take sides to learn what each of them would accept as proof.",
        "Write the open question down, and come back to it in a year.",
      ],
    },
  ],
  closes: [
    "Choose one question and give it ten minutes today.",
    "Start with the one that bothers you most.",
    "Which of them could you answer already?",
  ],
};
