/** What a run has made, by what can be done with it: looked at, heard, read. */
import type { Artifact } from "@myspinbot/contracts/types.ts";

interface Reference {
  artifact_id: string;
  media_type: string;
  size: number;
  name: string;
  meta: Record<string, unknown>;
}

export interface Result extends Reference {
  /** The field of the output. */
  field: string;
}

/** The files of the output, in its order. */
export function resultsOf(output: Record<string, unknown> | undefined): Result[] {
  return Object.entries(output ?? {}).flatMap(([field, value]) => {
    if (Array.isArray(value))
      return value.filter(isReference).map((each, i) => ({ ...each, field: `${field} ${i + 1}` }));
    return isReference(value) ? [{ ...value, field }] : [];
  });
}

export interface Shown {
  film?: Result | undefined;
  sound?: Result | undefined;
  picture?: Result | undefined;
  captions?: Result | undefined;
  poster?: Result | undefined;
}

export function shownOf(results: readonly Result[]): Shown {
  const of = (prefix: string): Result[] => results.filter(({ media_type }) => media_type.startsWith(prefix));
  const poster = results.find(({ field }) => field === "poster");
  return {
    film: of("video/").find(({ media_type }) => media_type === "video/mp4") ?? of("video/")[0],
    sound: of("audio/")[0],
    picture:
      of("image/").find((each) => each !== poster && each.media_type !== "image/gif") ?? of("image/")[0],
    captions: of("text/vtt")[0],
    poster,
  };
}

/** The newest picture that a run has made on its way. */
export function newestPicture(artifacts: readonly Artifact[]): Artifact | undefined {
  return artifacts.findLast(isPicture);
}

/** The pictures that a node has made so far, in their order. */
export function picturesOf(artifacts: readonly Artifact[], node_id: string): Artifact[] {
  return artifacts.filter((each) => each.node_id === node_id && isPicture(each));
}

function isPicture({ media_type, name }: Artifact): boolean {
  return /^image\/(png|jpeg|webp)$/.test(media_type) && !/matte|mask/.test(name);
}

/** Length, size in pixels, rate. */
export function factsOf({ meta, size }: Reference): string[] {
  const { duration_s, width, height, fps } = meta as Record<string, number | undefined>;
  return [
    ...(duration_s === undefined ? [] : [`${duration_s.toFixed(1)} s`]),
    ...(width === undefined ? [] : [`${width} × ${height}`]),
    ...(fps === undefined ? [] : [`${Math.round(fps * 100) / 100} fps`]),
    size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`,
  ];
}

export function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "artifact_id" in value && "media_type" in value;
}
