/** What a person can say to `npm run demo`. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `npm run demo -- [options]

Makes a talking-avatar video by the real system on this machine.

  --topic TEXT      what the avatar shall talk about
  --text TEXT       what it shall say, word by word
  --portrait FILE   a photo of one face (JPEG, PNG or WebP); without it a drawn face speaks
  --voice NAME      one of the voices that GET /v1/capabilities lists; \`npm run voices\` lets you hear them
  --voice FILE      5 to 30 s of one speaker (WAV, MP3, FLAC, M4A, Ogg or WebM): the voice shall resemble
                    theirs. An approximate match, no cloning
  --consent         the speaker of that file agrees; needed with a file
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

/** Media types of voice clips by their file's ending; a voice's name has none of them. */
const SOUNDS: Readonly<Record<string, string>> = {
  ".wav": "audio/wav",
  ".mp3": "audio/mpeg",
  ".flac": "audio/flac",
  ".m4a": "audio/mp4",
  ".ogg": "audio/ogg",
  ".opus": "audio/ogg",
  ".webm": "audio/webm",
};

/** A file that the demo uploads. */
export interface Upload {
  readonly path: string;
  readonly mediaType: string;
}

export interface DemoOptions {
  readonly topic?: string;
  readonly text?: string;
  readonly portrait?: Upload;
  /** A name, or a clip whose speaker has agreed. */
  readonly voice?: string | Upload;
  /** Absolute path. */
  readonly out?: string;
  readonly exit: boolean;
  readonly help: boolean;
}

/** Something that the person typed is wrong; the message says what. */
export class UsageError extends Error {}

/** Relative paths are the caller's, not the repository's: npm tells where it was called. */
export function parseDemoOptions(args: string[], from = process.env.INIT_CWD ?? process.cwd()): DemoOptions {
  const { topic, text, portrait, voice, consent = false, out, exit = false, help = false } = parse(args);
  return {
    ...(topic === undefined && text === undefined ? { topic: DEFAULT_TOPIC } : {}),
    ...(topic === undefined ? {} : { topic }),
    ...(text === undefined ? {} : { text }),
    ...(portrait === undefined ? {} : { portrait: toPortrait(resolve(from, portrait)) }),
    ...(voice === undefined ? {} : { voice: toVoice(voice, from, consent) }),
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
        consent: flag,
        out: string,
        exit: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function toPortrait(path: string): Upload {
  const mediaType = IMAGES[extname(path).toLowerCase()];
  if (mediaType === undefined) throw new UsageError(`${path} is not a JPEG, PNG or WebP file.`);
  return existing({ path, mediaType });
}

function toVoice(voice: string, from: string, consent: boolean): string | Upload {
  const mediaType = SOUNDS[extname(voice).toLowerCase()];
  if (mediaType === undefined) {
    if (existsSync(resolve(from, voice)))
      throw new UsageError(
        `${voice} is no sound file that the demo knows: ${Object.keys(SOUNDS).join(", ")}.`,
      );
    return voice;
  }
  if (!consent) throw new UsageError("A voice from a file needs --consent: its speaker must have agreed.");
  return existing({ path: resolve(from, voice), mediaType });
}

function existing(file: Upload): Upload {
  if (!existsSync(file.path)) throw new UsageError(`${file.path} does not exist.`);
  return file;
}
