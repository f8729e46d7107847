/** The bytes of an artifact, over as many connections as it takes: what has come is not asked for again. */
import { foreign } from "./answers.ts";
import type { Caller } from "./caller.ts";
import { readChunks } from "./chunks.ts";
import { ClientError, NetworkError } from "./errors.ts";
import { createPatience } from "./patience.ts";

/** @throws ClientError, such as ApiError `artifact-not-found`; the signal's reason */
export async function* download(
  caller: Caller,
  artifact_id: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { runtime, idleMs, streamPatience } = caller.settings;
  const patience = createPatience(runtime, streamPatience);
  const options = { runtime, idleMs, signal };
  let got = 0;
  for (;;) {
    try {
      const headers = got === 0 ? {} : { Range: `bytes=${got}-` };
      const response = await caller.once("getArtifactContent", { path: { artifact_id }, headers, signal });
      const size = wholeSize(response);
      if (response.status !== (got === 0 ? 200 : 206)) throw await foreign(response, options);
      for await (const chunk of readChunks(response.body, options)) {
        patience.progress();
        got += chunk.length;
        yield chunk;
      }
      if (size === undefined || got === size) return;
      throw new NetworkError(`The bytes of ${artifact_id} broke off after ${got} of ${size}.`);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await patience.pause(error, signal);
    }
  }
}

/** What Node and browsers unpack has the length of what was packed. */
function wholeSize({ status, headers }: Response): number | undefined {
  if (headers.has("content-encoding")) return undefined;
  const text = status === 206 ? headers.get("content-range")?.split("/")[1] : headers.get("content-length");
  return text && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
