/** Reads the name that a client gives its bytes in Content-Disposition (RFC 6266). */
import { AppError } from "../errors/app-error.ts";

const LONGEST = 200;

/** The last part of the path only; `otherwise` without a name. @throws AppError `invalid-request`. */
export function fileNameOf(header: string | undefined, otherwise: string): string {
  if (header === undefined) return otherwise;
  const given = extended(header) ?? plain(header);
  if (given === undefined) return otherwise;
  const name = given.split(/[\\/]/).at(-1)?.trim() ?? "";
  const usable = name !== "" && name.isWellFormed() && !/\p{Cc}/u.test(name);
  if (!usable || [...name].length > LONGEST)
    throw new AppError(
      "invalid-request",
      `Content-Disposition must give a file name of 1 to ${LONGEST} characters.`,
    );
  return name;
}

function extended(header: string): string | undefined {
  const encoded = /;\s*filename\*=UTF-8''([^;\s]+)/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new AppError(
      "invalid-request",
      "The filename* of Content-Disposition is not percent-encoded UTF-8.",
    );
  }
}

function plain(header: string): string | undefined {
  const quoted = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
  return /;\s*filename=([^;\s"]+)/i.exec(header)?.[1];
}
