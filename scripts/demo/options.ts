/** What a person can say to `npm run demo`. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `npm run demo -- [options]

Makes a talking-avatar video by the real system on this machine.

  --topic TEXT      what the avatar shall talk about
  --text TEXT       what it shall say, word by word
  --portrait FILE   a photo of one face (JPEG, PNG or WebP); without it a drawn face speaks
  --voice NAME      one of the voices that GET /v1/capabilities lists
  --out FILE        where the MP4 is written; .data/demo/videos/<run>.mp4 by default
  --exit            stop everything when the video is done, also on a terminal
  --help            this text
`;

const DEFAULT_TOPIC = "why ships float";

/** Media types of portraits by their file's ending. */
const IMAGES: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
};

export interface Portrait {
  readonly path: string;
  readonly mediaType: string;
}

export interface DemoOptions {
  readonly topic?: string;
  readonly text?: string;
  readonly portrait?: Portrait;
  readonly voice?: string;
  /** Absolute path. */
  readonly out?: string;
  readonly exit: boolean;
  readonly help: boolean;
}

/** Something that the person typed is wrong; the message says what. */
export class UsageError extends Error {}

/** Relative paths are the caller's, not the repository's: npm tells where it was called. */
export function parseDemoOptions(args: string[], from = process.env.INIT_CWD ?? process.cwd()): DemoOptions {
  const { topic, text, portrait, voice, out, exit = false, help = false } = parse(args);
  return {
    ...(topic === undefined && text === undefined ? { topic: DEFAULT_TOPIC } : {}),
    ...(topic === undefined ? {} : { topic }),
    ...(text === undefined ? {} : { text }),
    ...(portrait === undefined ? {} : { portrait: toPortrait(resolve(from, portrait)) }),
    ...(voice === undefined ? {} : { voice }),
    ...(out === undefined ? {} : { out: resolve(from, out) }),
    exit,
    help,
  };
}

function parse(args: string[]) {
  const string = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      options: {
        topic: string,
        text: string,
        portrait: string,
        voice: string,
        out: string,
        exit: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function toPortrait(path: string): Portrait {
  const mediaType = IMAGES[extname(path).toLowerCase()];
  if (mediaType === undefined) throw new UsageError(`${path} is not a JPEG, PNG or WebP file.`);
  if (!existsSync(path)) throw new UsageError(`${path} does not exist.`);
  return { path, mediaType };
}
