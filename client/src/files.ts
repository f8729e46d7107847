/** Files that clients bring: upload at once or announced first, list, remove. */
import type { Operations } from "@myspinbot/contracts/routes.ts";
import type { File, FileCreate, FilePage } from "@myspinbot/contracts/types.ts";
import type { Caller, Content } from "./caller.ts";
import { NetworkError } from "./errors.ts";
import { allOf } from "./pages.ts";
import type { Asking } from "./runs.ts";

export interface UploadOptions extends Asking {
  name?: string;
  /** SHA-256 in hex of a stream, if it is known; of other bytes it is computed. */
  sha256?: string;
}

export interface Files {
  /**
   * Brings bytes in one request. A stream is sent as it comes, and once; other bytes are sent again when the answer was
   * lost, and what came of the first time goes by itself after a day.
   * @throws NetworkError when other bytes arrived than were sent
   */
  upload(content: Content, options?: UploadOptions): Promise<File>;
  /** Says which bytes will come; `upload` of the answer says where to put them. */
  announce(file: FileCreate, options?: Asking): Promise<File>;
  /** Brings the bytes of an announced file; the gateway compares size and digest. */
  putContent(file_id: string, content: Content, options?: Asking): Promise<File>;
  complete(file_id: string, options?: Asking): Promise<File>;
  /** One page, newest first; it may be short although another follows. */
  list(query?: Operations["listFiles"]["query"], options?: Asking): Promise<FilePage>;
  /** All pages. */
  all(query?: Operations["listFiles"]["query"], options?: Asking): AsyncGenerator<File>;
  /** Runs that use it already keep it until their end. */
  delete(file_id: string, options?: Asking): Promise<void>;
}

export function createFiles(caller: Caller): Files {
  const files: Files = {
    async upload(content, { name, sha256, signal } = {}) {
      const digest = sha256 ?? (await digestOf(content));
      const headers = name === undefined ? {} : { "Content-Disposition": attachment(name) };
      const file = await caller.call("createFile", { content, headers, repeatable: true, signal });
      if (digest !== undefined && file.sha256 !== digest)
        throw new NetworkError(`The bytes of ${file.file_id} were changed on their way.`);
      return file;
    },
    announce: (body, { signal } = {}) => caller.call("createFile", { body, repeatable: true, signal }),
    putContent: (file_id, content, { signal } = {}) =>
      caller.call("putFileContent", { path: { file_id }, content, signal }),
    complete: (file_id, { signal } = {}) =>
      caller.call("completeFile", { path: { file_id }, repeatable: true, signal }),
    list: (query = {}, { signal } = {}) => caller.call("listFiles", { query, signal }),
    all: (query = {}, options) =>
      allOf(
        (cursor) => files.list({ ...query, ...(cursor === undefined ? {} : { cursor }) }, options),
        (page) => page.files,
      ),
    async delete(file_id, { signal } = {}) {
      await caller.call("deleteFile", { path: { file_id }, signal });
    },
  };
  return files;
}

/** RFC 8187: quotes, line breaks and letters of any script. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}

/** @returns undefined for a stream, and in pages without a secure context, where nothing computes digests */
async function digestOf({ bytes }: Content): Promise<string | undefined> {
  if (bytes instanceof ReadableStream || (crypto.subtle as SubtleCrypto | undefined) === undefined)
    return undefined;
  const whole = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
