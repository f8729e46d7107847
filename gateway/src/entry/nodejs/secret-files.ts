/** Reads files that hold one secret each, as Docker, Kubernetes and systemd hand them over. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { SecretFileError } from "../../config.ts";

/** Longer than any address or key; what is longer is another file. */
const MOST_BYTES = 16_384;
const EVERYBODY_READS = 0o004;
const EVERYBODY_WRITES = 0o002;

/** Why a file cannot be opened, by what the system says. */
const UNOPENED: Record<string, string> = {
  ENOENT: "names a file that does not exist",
  EACCES: "names a file that this user may not read",
};

export interface SecretFiles {
  /** @throws SecretFileError that shows neither the path, which may be a secret in the wrong place, nor what is in it. */
  read(path: string, variable: string): string;
  /** Variables whose files everybody may read. Containers hand secrets over so: it is no error. */
  open: string[];
}

export function createSecretFiles(): SecretFiles {
  const open: string[] = [];
  return {
    open,
    read: (path, variable) => readSecretFile(path, () => open.push(variable)),
  };
}

function readSecretFile(path: string, onOpen: () => void): string {
  const file = openFile(path);
  try {
    const about = fstatSync(file);
    if (!about.isFile()) throw new SecretFileError("names something that is no regular file");
    if (about.mode & EVERYBODY_WRITES) throw new SecretFileError("names a file that everybody may write");
    if (about.mode & EVERYBODY_READS) onOpen();
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    return textOf(bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}

/** Waits for nobody who may write into a pipe. */
function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new SecretFileError(
      UNOPENED[(error as NodeJS.ErrnoException).code ?? ""] ?? "names a file that cannot be read",
    );
  }
}

/** Its only line. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES)
    throw new SecretFileError(`names a file that is larger than ${MOST_BYTES} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw new SecretFileError("names a file that is not UTF-8 text");
  }
  if (text.trim() === "") throw new SecretFileError("names a file that is empty");
  if (/[\r\n]/.test(text)) throw new SecretFileError("names a file with more than one line");
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new SecretFileError("names a file with control characters");
  return text;
}
