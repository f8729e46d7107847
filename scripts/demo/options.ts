/** What a person can say to `npm run demo`. */
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { CALLER } from "../caller.ts";
import { readCommandLine, UsageError } from "../command-line.mjs";
import { judged, oneOf } from "./judge.ts";
import { assertWritable, reason } from "./out-path.ts";
import { pictureTypeOf } from "./picture-type.ts";
import { toScenes } from "./scenes.ts";
import { installedVoices } from "./voices.ts";

/** Made when nothing is asked for: it shows what there is. */
const SHOWPIECE = {
  topic: "why ships float",
  title: "Why ships float",
  end_text: "Made on this machine",
  burn_captions: true,
  music: "calm",
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
  readonly graph: "talking-avatar" | "talking-scenes";
  /** Fields of the run's input that are sent as they are; judged by its schema. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly portrait?: Upload;
  readonly background?: Upload;
  /** A name, or a clip whose speaker has agreed. */
  readonly voice?: string | Upload;
  /** Absolute path. */
  readonly out?: string;
  readonly exit: boolean;
}

/** What the command line calls otherwise than the graph, or does not say in its schema in words. */
const FIELDS: Readonly<Record<string, { field?: string; words?: string }>> = {
  topic: {},
  text: {},
  avatar: {},
  aspect: {},
  size: {},
  fps: {},
  background: { words: "own, blurred, a color as #rrggbb, or the path of a picture with its ending" },
  title: {},
  end: { field: "end_text" },
  captions: { field: "burn_captions" },
  music: {},
  webm: {},
};

/** Relative paths are the caller's, not the repository's. */
export function parseDemoOptions(args: string[], from = CALLER, command = "demo"): DemoOptions {
  const values = readCommandLine(command, args).values as Record<string, string | true | undefined>;
  const { portrait, background, voice, out } = values as Record<string, string | undefined>;
  const backdrop = background !== undefined && isFile(background) ? background : undefined;
  const wishes = Object.entries(values).filter(
    ([name]) => name in FIELDS && !(name === "background" && backdrop !== undefined),
  );
  const files = {
    ...(portrait === undefined ? {} : { portrait: toPicture(resolve(from, portrait)) }),
    ...(backdrop === undefined ? {} : { background: toPicture(resolve(from, backdrop)) }),
    ...(voice === undefined ? {} : { voice: toVoice(voice, from, values.consent === true) }),
  };
  const wished = Object.fromEntries(wishes.map(([name, value]) => toField(name, value ?? true)));
  const options = {
    ...(values.scenes === undefined ? ofOne(wished) : ofScenes(values, wished)),
    ...files,
    ...(out === undefined ? {} : { out: resolve(from, out) }),
    exit: values.exit === true,
  };
  // The last of all: it makes folders.
  if (options.out !== undefined) assertWritable(options.out, Object.values(files).flatMap(pathOf));
  return options;
}

type Asked = Pick<DemoOptions, "graph" | "input">;

function ofOne(wished: DemoOptions["input"]): Asked {
  const isOwn = wished.topic !== undefined || wished.text !== undefined;
  return { graph: "talking-avatar", input: { ...(isOwn ? {} : SHOWPIECE), ...wished } };
}

function ofScenes(values: Readonly<Record<string, unknown>>, wished: DemoOptions["input"]): Asked {
  const { text, ...others } = wished;
  const { topic: _, ...shown } = SHOWPIECE;
  const scenes = toScenes(values);
  return { graph: "talking-scenes", input: { ...(text === undefined ? shown : {}), ...others, scenes } };
}

function toField(name: string, value: string | true): [string, string | number | boolean] {
  const { field = name, words } = FIELDS[name] ?? {};
  return [field, value === true ? true : judged(`--${name}`, field, value, words)];
}

function pathOf(file: string | Upload): string[] {
  return typeof file === "string" ? [] : [file.path];
}

/** A background is a word, a color, or the path of a file, which has an ending. */
function isFile(background: string): boolean {
  return extname(background) !== "";
}

function toPicture(path: string): Upload {
  assertReadable(path);
  const mediaType = pictureTypeOf(path);
  if (mediaType === undefined) throw new UsageError(`${path} is not a JPEG, PNG or WebP file.`);
  return { path, mediaType };
}

function toVoice(voice: string, from: string, consent: boolean): string | Upload {
  const mediaType = SOUNDS[extname(voice).toLowerCase()];
  if (mediaType === undefined) return toVoiceName(voice, from);
  if (!consent) throw new UsageError("A voice from a file needs --consent: its speaker must have agreed.");
  const path = resolve(from, voice);
  assertReadable(path);
  return { path, mediaType };
}

function toVoiceName(voice: string, from: string): string {
  const known = installedVoices();
  if (known.includes(voice)) return voice;
  if (voice !== "" && statOf(resolve(from, voice)) !== undefined)
    throw new UsageError(`${voice} is no sound file that the demo knows: ${Object.keys(SOUNDS).join(", ")}.`);
  const near = known.filter((name) => voice !== "" && name.includes(voice.toLowerCase()));
  throw new UsageError(
    `There is no voice ${JSON.stringify(voice)}: ${oneOf(near.length > 0 ? near : known)}.`,
  );
}

/** As much as POST /v1/files takes of a picture; sounds may be as large. */
const MOST_BYTES = 20 * 1024 * 1024;

function assertReadable(path: string): void {
  const there = statOf(path);
  if (there === undefined) throw new UsageError(`${path} does not exist.`);
  if (!there.isFile()) throw new UsageError(`${path} is ${there.isDirectory() ? "a folder" : "no file"}.`);
  if (there.size === 0) throw new UsageError(`${path} is empty.`);
  if (there.size > MOST_BYTES) throw new UsageError(`${path} is larger than 20 MiB.`);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reason(error)}.`);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`${path} cannot be read: ${reason(error)}.`);
  }
}
