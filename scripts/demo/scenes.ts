/** The scenes of `npm run demo -- --scenes`: those that are shown, or one for each line of a text. */
import type { TalkingScene } from "@myspinbot/contracts/types.ts";
import { UsageError } from "../command-line.mjs";

type Look = Pick<TalkingScene, "avatar" | "background">;

/** Faces and backgrounds take turns. */
const LOOKS: readonly Look[] = [
  { avatar: "robin", background: "#1f6f5c" },
  { avatar: "amara", background: "#2a4d7f" },
  { avatar: "elias", background: "#7d3a3a" },
];
const SHOWN = [
  "A ship of steel weighs as much as a small town. Why does it float?",
  "Because it pushes water aside, and the water pushes back.",
  "It sinks until what it pushes aside weighs as much as the ship. Then it floats.",
];
/** What every scene has of its own. */
const OWN = ["topic", "portrait", "avatar", "voice", "consent", "background"];
/** As the graph takes them. */
const MOST = { scenes: 20, characters: 5000 };

/**
 * @param values what was typed
 * @throws {UsageError} in one sentence
 */
export function toScenes(values: Readonly<Record<string, unknown>>): TalkingScene[] {
  const own = OWN.find((name) => values[name] !== undefined);
  if (own !== undefined)
    throw new UsageError(`--${own} does not go with --scenes: each scene has its own face, voice and words.`);
  const texts =
    typeof values.text === "string" ? values.text.split("\n").filter((line) => line.trim()) : SHOWN;
  if (texts.length > MOST.scenes)
    throw new UsageError(`--text has ${texts.length} lines; at most ${MOST.scenes} scenes are taken.`);
  return texts.map((text, i) => {
    if (!/[\p{L}\p{N}]/u.test(text))
      throw new UsageError(`--text needs a letter or digit in each line; line ${i + 1} has none.`);
    const { length } = [...text];
    if (length > MOST.characters)
      throw new UsageError(
        `--text has ${length} characters in line ${i + 1}; at most ${MOST.characters} are taken.`,
      );
    return { text, ...LOOKS[i % LOOKS.length] };
  });
}
