/**
 * The saver's face inside a drive: no I/O. What `collect` brought is read from the drive's carry, what LangGraph puts
 * is left there for `commit`. `redis-saver.ts` is the face that reads and writes by itself, on the same layout.
 */
import {
  BaseCheckpointSaver,
  copyCheckpoint,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
} from "@langchain/langgraph-checkpoint";

import { nextVersion } from "./layout.ts";

type Config = CheckpointTuple["config"];

/** Where the saver reads from and writes to during one drive. */
export interface DriveCarry {
  /** The run's latest checkpoint; none before its first drive. */
  latest?: { checkpoint: Checkpoint; metadata: CheckpointMetadata };
  /** What the drive put: the run's next checkpoint. */
  put?: { checkpoint: Checkpoint; metadata: CheckpointMetadata };
  /** How often LangGraph read and wrote: 1 and 1 with `durability: "exit"`. */
  gets: number;
  puts: number;
}

function carryOf(config: Config): DriveCarry {
  const carry = (config.configurable as { carry?: DriveCarry } | undefined)?.carry;
  if (!carry) throw new Error("the drive saver was called outside a drive");
  return carry;
}

function configOf(config: Config, checkpointId: string): Config {
  const { thread_id, checkpoint_ns = "", carry } = config.configurable as Record<string, unknown>;
  return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpointId, carry } };
}

export class DriveSaver extends BaseCheckpointSaver<string> {
  readonly #random: () => number;

  /** `random` answers numbers from 0 to below 1. */
  constructor(random: () => number) {
    super();
    this.#random = random;
  }

  override getNextVersion(current: string | undefined): string {
    return nextVersion(current, this.#random);
  }

  async getTuple(config: Config): Promise<CheckpointTuple | undefined> {
    const carry = carryOf(config);
    carry.gets += 1;
    if (!carry.latest) return undefined;
    const { checkpoint, metadata } = carry.latest;
    return {
      config: configOf(config, checkpoint.id),
      checkpoint: copyCheckpoint(checkpoint),
      metadata,
      pendingWrites: [],
    };
  }

  async put(config: Config, checkpoint: Checkpoint, metadata: CheckpointMetadata): Promise<Config> {
    const carry = carryOf(config);
    carry.puts += 1;
    carry.put = { checkpoint: copyCheckpoint(checkpoint), metadata };
    return configOf(config, checkpoint.id);
  }

  /** A drive's bodies have no effects of their own: a crash repeats the drive from the mailbox, so writes are not kept. */
  async putWrites(): Promise<void> {}

  list(): AsyncGenerator<CheckpointTuple> {
    throw new Error("a drive does not look into the past");
  }

  async deleteThread(): Promise<void> {
    throw new Error("a drive deletes nothing");
  }
}
