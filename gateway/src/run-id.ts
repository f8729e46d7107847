/** What the id of a run says: the shard in which the run lives for ever. */
import { shardOfId } from "@myspinbot/contracts/keys.ts";

const RUN_ID = /^run_s[0-9]{1,4}_[0-9A-HJKMNP-TV-Z]{26}$/;

export function isRunId(id: string): boolean {
  return RUN_ID.test(id);
}

/** @throws RangeError when the id names no shard; ids of clients are looked at before. */
export function shardOfRun(run: string): string {
  const shard = shardOfId(run);
  if (!shard) throw new RangeError("an id of a run names its shard");
  return shard;
}
