/** Says whose runs and files there are for who asks a gateway that has no API keys. */
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import type { Identify } from "../owner.ts";

const OWNER = /^[A-Za-z0-9_-]{1,64}$/;

/** Without anybody to tell callers apart everything belongs to whoever may ask. */
export function keylessOwner(identify: Identify | undefined, request: Request): string {
  const owner = identify?.(request) ?? OWNERS.default;
  if (!OWNER.test(owner)) throw new RangeError("not the name of an owner");
  return owner;
}
