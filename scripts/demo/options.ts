/** What a person can say to `npm run demo`. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `npm run demo -- [options]

Makes a talking-avatar video by the real system on this machine.

  --topic TEXT      what the avatar shall talk about
  --text TEXT       what it shall say, word by word
  --portrait FILE   a photo of one face (JPEG, PNG or WebP); without it a drawn face speaks
  --avatar NAME     the drawn face: robin, amara or elias
  --voice NAME      one of the voices that GET /v1/capabilities lists; \`npm run voices\` lets you hear them
  --voice FILE      5 to 30 s of one speaker (WAV, MP3, FLAC, M4A, Ogg or WebM): the voice shall resemble
                    theirs. An approximate match, no cloning
  --consent         the speaker of that file agrees; needed with a file
  --aspect SHAPE    1:1, 9:16 or 16:9
  --size PIXELS     the shorter side of the film, even, 256 to 1080
  --fps RATE        25 or 30
  --background WHAT own, blurred, a color as #rrggbb, or a picture file
  --title TEXT      a card at the start
  --end TEXT        a card at the end
  --captions        captions in the picture
  --music MOOD      calm, warm or bright
  --webm            a WebM beside the MP4
  --out FILE        where the MP4 is written; .data/demo/videos/<run>.mp4 by default. Captions,
                    poster and preview lie beside it
  --exit            stop everything when the video is done, also on a terminal
  --help            this text
`;

/** Made when nothing is asked for: it shows what there is. */
const SHOWPIECE = {
  topic: "why ships float",
  title: "Why ships float",
  end_text: "Made on this machine",
  burn_captions: true,
  music: "calm",
};

/** Media types of pictures by their file's ending. */
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
  /** Fields of the run's input that are sent as they are; the gateway judges them. */
  readonly input: Readonly<Record<string, string | number | boolean>>;
  readonly portrait?: Upload;
  readonly background?: Upload;
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
  const values = parse(args);
  const {
    topic,
    text,
    portrait,
    background,
    voice,
    consent = false,
    out,
    exit = false,
    help = false,
  } = values;
  const backdrop = background !== undefined && isFile(background) ? background : undefined;
  return {
    input: {
      ...(topic === undefined && text === undefined ? SHOWPIECE : {}),
      ...defined({
        topic,
        text,
        avatar: values.avatar,
        aspect: values.aspect,
        size: toNumber("--size", values.size),
        fps: toNumber("--fps", values.fps),
        background: backdrop === undefined ? background : undefined,
        title: values.title,
        end_text: values.end,
        burn_captions: values.captions,
        music: values.music,
        webm: values.webm,
      }),
    },
    ...(portrait === undefined ? {} : { portrait: toPicture(resolve(from, portrait)) }),
    ...(backdrop === undefined ? {} : { background: toPicture(resolve(from, backdrop)) }),
    ...(voice === undefined ? {} : { voice: toVoice(voice, from, consent) }),
    ...(out === undefined ? {} : { out: resolve(from, out) }),
    exit,
    help,
  };
}

/** A background is a word, a color, or the path of a file, which has an ending. */
function isFile(background: string): boolean {
  return extname(background) !== "";
}

function defined<T>(fields: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, T] => field[1] !== undefined),
  );
}

function toNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError(`${option} needs a whole number, not ${text}.`);
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
        avatar: string,
        voice: string,
        consent: flag,
        aspect: string,
        size: string,
        fps: string,
        background: string,
        title: string,
        end: string,
        captions: flag,
        music: string,
        webm: flag,
        out: string,
        exit: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function toPicture(path: string): Upload {
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
