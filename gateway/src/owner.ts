/** Whose something is, as a record says it. */
import { OWNERS } from "@myspinbot/contracts/wire.ts";

/** What was made before there were owners is the default owner's. */
export function ownerOf(recorded: string | null | undefined): string {
  return recorded ?? OWNERS.default;
}

/** Tells one caller from another. What it answers becomes part of Redis keys: letters, digits, `_` and `-`, at most 64. */
export type Identify = (request: Request) => string;
