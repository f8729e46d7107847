/** The writes of a superstep as hash fields of their checkpoint: `write|<task>|<index>`. */
import {
  compareWritesSortKeys,
  WRITES_IDX_MAP,
  writesSortKey,
  type CheckpointPendingWrite,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import { decodeValue, encodeValue, type Serde } from "./layout.ts";

const WRITE = "write|";

export interface StoredWrite {
  field: string;
  text: string;
  /** Special channels overwrite; ordinary writes are kept as first written. */
  overwrites: boolean;
}

/** @throws when the task id has characters that a field must not have. */
export async function toStoredWrites(
  serde: Serde,
  writes: PendingWrite[],
  taskId: string,
  taskPath: string,
): Promise<StoredWrite[]> {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(taskId))
    throw new Error("the task id has characters that a field must not have");
  return Promise.all(
    writes.map(async ([channel, value], i) => {
      const index = WRITES_IDX_MAP[channel] ?? i;
      const text = JSON.stringify([taskPath, channel, await encodeValue(serde, value)]);
      return { field: `${WRITE}${taskId}|${index}`, text, overwrites: index < 0 };
    }),
  );
}

/** All writes among a checkpoint's fields, in the order in which live execution applies them. */
export async function fromStoredWrites(
  serde: Serde,
  hash: Record<string, string>,
): Promise<CheckpointPendingWrite[]> {
  const rows = Object.entries(hash)
    .filter(([field]) => field.startsWith(WRITE))
    .map(([field, text]) => {
      const [, task, index] = field.split("|") as [string, string, string];
      const [path, channel, value] = JSON.parse(text) as [string, string, string];
      return { key: writesSortKey(path, task, Number(index)), task, channel, value };
    })
    .sort((a, b) => compareWritesSortKeys(a.key, b.key));
  return Promise.all(
    rows.map(async ({ task, channel, value }): Promise<CheckpointPendingWrite> => [
      task,
      channel,
      await decodeValue(serde, value),
    ]),
  );
}
