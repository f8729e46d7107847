/** Whose something is, as a record says it. */
import { OWNERS } from "@myspinbot/contracts/wire.ts";

/** What was made before there were owners is the default owner's. */
export function ownerOf(recorded: string | null | undefined): string {
  return recorded ?? OWNERS.default;
}
