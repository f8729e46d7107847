/** Brings one file to the gateway: refused early where that can be seen, with a share of what has gone. */
import { client } from "#lib/api/client.ts";
import { faultOf } from "#lib/api/faults.ts";
import { bytes } from "#lib/words.ts";
import type { FileValue } from "./values.ts";

export interface Kind {
  verb: string;
  note: string;
  /** For the dialog that chooses files, and for those that come without it. */
  accept: string;
}

const MOST_BYTES = 20 * 1024 * 1024;

export const KINDS = {
  image: {
    verb: "Choose a photo",
    note: "JPEG, PNG or WebP, up to 20 MiB",
    accept: "image/jpeg,image/png,image/webp",
  },
  audio: { verb: "Choose a clip", note: "5 to 30 s of one speaker", accept: "audio/*" },
  video: { verb: "Choose a film", note: "MP4, WebM or MOV", accept: "video/*" },
} satisfies Record<string, Kind>;

export function accepted({ type }: { type: string }, { accept }: Kind): boolean {
  return accept
    .split(",")
    .some((each) => (each.endsWith("/*") ? type.startsWith(each.slice(0, -1)) : type === each));
}

/** A run that is sent before its files are there would do without them. */
class OnTheWay {
  count = $state(0);
}
export const onTheWay = new OnTheWay();

export class Upload {
  readonly file: File;
  readonly name: string;
  /** An address of its picture, while the page is open; none of what is no picture here. */
  picture = $state<string | undefined>();
  /** Undefined when it failed or was canceled; `fault` says why. */
  readonly done: Promise<FileValue | undefined>;
  state = $state<"sending" | "done" | "failed">("sending");
  fault = $state<string | undefined>();
  share = $state<number | undefined>();
  again = $state(false);
  readonly #stop = new AbortController();

  constructor(file: File, kind: Kind) {
    this.file = file;
    this.name = file.name || "pasted";
    this.picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : undefined;
    onTheWay.count += 1;
    this.done = this.#bring(kind).finally(() => (onTheWay.count -= 1));
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** Its picture is not shown any more. */
  release(): void {
    if (this.picture !== undefined) URL.revokeObjectURL(this.picture);
    this.picture = undefined;
  }

  async #bring(kind: Kind): Promise<FileValue | undefined> {
    const refused = refusal(this.file, kind);
    if (refused !== undefined) return this.#failed(refused, false);
    try {
      const content = { bytes: this.file, mediaType: this.file.type };
      const { file_id, size, media_type } = await client.files.upload(content, {
        name: this.name,
        signal: this.#stop.signal,
      });
      this.state = "done";
      return {
        file_id,
        name: this.name,
        size: size ?? this.file.size,
        media_type: media_type ?? this.file.type,
      };
    } catch (error) {
      if (this.#stop.signal.aborted) return this.#failed("", false);
      const { title, detail, retryable } = faultOf(error);
      return this.#failed(`${title}. ${detail}`, retryable);
    }
  }

  #failed(why: string, again: boolean): undefined {
    this.state = "failed";
    if (!again) this.release();
    this.fault = why === "" ? undefined : why;
    this.again = again;
    return undefined;
  }
}

function refusal(file: File, kind: Kind): string | undefined {
  if (!accepted(file, kind)) return `${file.name || "This"} is no file of this kind. ${kind.note}.`;
  if (kind === KINDS.image && file.size > MOST_BYTES)
    return `${bytes(file.size)} is too much: at most 20 MiB.`;
  return file.size === 0 ? "The file is empty." : undefined;
}
