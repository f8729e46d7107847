/** How a narration addresses its viewers: its first words and its last ones. */

export const TONE_NAMES = ["plain", "warm", "lively", "serious"] as const;
export type ToneName = (typeof TONE_NAMES)[number];

export interface Tone {
  /** Said before the hook. */
  openings: readonly string[];
  /** Take the place of the structure's own; none: the structure's own stay. */
  closes: readonly string[];
}

/** Sentences that say for whom it is; `{a}` stands for a noun with or without an article. */
export const ADDRESSES: readonly string[] = ["This is for {a}.", "I made this for {a}."];

export const TONES: Readonly<Record<ToneName, Tone>> = {
  plain: { openings: [], closes: [] },
  warm: {
    openings: [
      "Pull up a chair.",
      "Get yourself something warm to drink.",
      "It is good to see you.",
      "Sit down with me for a moment.",
    ],
    closes: [
      "Take your time, and be kind to yourself when it gets hard.",
      "Tell me how it went.",
      "Share what you find with somebody you like.",
      "",
    ],
  },
  lively: {
    openings: ["Ready? Here we go!", "Stop scrolling for a moment!", "Grab a pen, quick!", "Hey, you!"],
    closes: [
      "Now put this away and try it!",
      "Go on, the first step takes a minute!",
      "I dare you to start tonight!",
      "Go!",
    ],
  },
  serious: {
    openings: [
      "Put everything else aside for a moment.",
      "Please take a minute for this.",
      "One step at a time.",
      "Listen carefully, then check it yourself.",
    ],
    closes: [
      "Keep a list of what you could not check.",
      "Judge your success by what you can explain tomorrow.",
      "Trust nothing that you have not looked up, this video included.",
      "Check it.",
    ],
  },
};
