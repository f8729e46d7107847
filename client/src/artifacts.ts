/** What runs have made: facts and bytes. */
import type { Artifact } from "@myspinbot/contracts/types.ts";
import { joined } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { download } from "./download.ts";
import type { Asking } from "./runs.ts";

export interface Artifacts {
  get(artifact_id: string, options?: Asking): Promise<Artifact>;
  /** All bytes, as they come; a broken connection is gone on from where it broke. */
  stream(artifact_id: string, options?: Asking): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** All bytes at once. */
  bytes(artifact_id: string, options?: Asking): Promise<Uint8Array<ArrayBuffer>>;
  /** The answer itself, also to a range such as `bytes=0-31`; whoever takes it reads or cancels its body. */
  content(artifact_id: string, options?: Asking & { range?: string }): Promise<Response>;
}

export function createArtifacts(caller: Caller): Artifacts {
  return {
    get: (artifact_id, { signal } = {}) => caller.call("getArtifact", { path: { artifact_id }, signal }),
    stream: (artifact_id, { signal } = {}) => download(caller, artifact_id, signal),
    async bytes(artifact_id, { signal } = {}) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of download(caller, artifact_id, signal)) chunks.push(chunk);
      return joined(chunks);
    },
    content: (artifact_id, { range, signal } = {}) =>
      caller.once("getArtifactContent", {
        path: { artifact_id },
        headers: range === undefined ? {} : { Range: range },
        signal,
      }),
  };
}
