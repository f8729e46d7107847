/** Prepares the viewer to tell somebody else. */
import type { Structure } from "./structure.ts";

export const retelling: Structure = {
  hooks: [
    "Imagine explaining {t} to a friend over coffee.",
    "Could you tell a stranger on a train about {t}? You can, in {count} moves.",
    "The best way to learn about {t} is to teach somebody, in {count} moves.",
  ],
  bareHooks: [
    "Imagine explaining that to a friend over coffee.",
    "You can tell a stranger about it in {count} moves.",
  ],
  points: [
    {
      lead: "Begin with a picture, not with a definition.",
      more: [
        "One scene with a place and a time of day is enough.",
        "Let your listener see it before you name anything.",
        "A name without a picture is forgotten within the hour.",
        "If you have no picture yet, that is your homework.",
      ],
    },
    {
      lead: "Say why it matters to the person in front of you.",
      more: [
        "Not to the world, not to science, but to this one person.",
        "Perhaps it touches their work, their health, or their last holiday.",
        "If you cannot find a connection, ask them for one.",
        "People listen longer to something they helped to find.",
      ],
    },
    {
      lead: "Give one example with a name and a date.",
      more: [
        "Real people make even dry matters walk.",
        "Tell what they wanted, what stood in their way, and what they did next.",
        "Leave out every second detail.",
        "The ones that remain will be remembered.",
      ],
    },
    {
      lead: "Admit what you do not know.",
      more: [
        "It makes everything else you say easier to believe.",
        "Say where you would look it up, and let them look with you.",
        "Two people with one question learn faster than one person with two answers.",
        "You may even change places halfway through.",
      ],
    },
    {
      lead: "Stop while there is still a question in the air.",
      more: [
        "A pause invites your listener to speak.",
        "Whatever they say first is what they understood.",
        "Correct it gently, or let it correct you.",
        "Then order another coffee.",
      ],
    },
  ],
  closes: [
    "If your friend asks a question, you did well.",
    "Try it tonight, on somebody patient.",
    "Telling it once is worth reading it three times.",
  ],
};
