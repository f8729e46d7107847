/** Does the same with several things one after the other: what goes wrong with one keeps nobody from the next. */
import { EXIT, type ExitCode, failureOf } from "./exit-codes.ts";
import type { Session } from "./surroundings.ts";
import { say } from "./text.ts";

/** It is so for all of them. */
const FOR_ALL: ReadonlySet<ExitCode> = new Set([EXIT.away, EXIT.refused]);

/** @returns how the command ends, if not with 0: as the first that went wrong */
export async function forEach(
  { stderr, url, hasKey, signal }: Session,
  words: readonly string[],
  act: (word: string) => Promise<string>,
): Promise<ExitCode | undefined> {
  let ends: ExitCode | undefined;
  for (const word of words) {
    try {
      say(stderr, await act(word));
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOf(error, url, hasKey);
      if (FOR_ALL.has(failure.exitCode)) throw failure;
      say(stderr, words.length > 1 ? `${word}: ${failure.message}` : failure.message);
      ends ??= failure.exitCode;
    }
  }
  return ends;
}
