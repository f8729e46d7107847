/** A channel of the hub: keeps the last value that it was given, as LangGraph.js's own does, but is cheap while it has none. */
import { BaseChannel, EmptyChannelError, InvalidUpdateError } from "@langchain/langgraph";

/** One for all: LangGraph.js asks every channel in every step, and a stack for each answer costs more than the drive. */
const EMPTY = new EmptyChannelError();
const NONE = Symbol("none");

export class NodeChannel extends BaseChannel {
  // The state's schema takes fields for the same only under the original's name.
  override lc_graph_name = "LastValue";
  #value: unknown = NONE;

  override fromCheckpoint(checkpoint?: unknown): this {
    const channel = new NodeChannel();
    if (checkpoint !== undefined) channel.#value = checkpoint;
    return channel as this;
  }

  override update(values: unknown[]): boolean {
    if (values.length > 1) throw new InvalidUpdateError("A channel takes one value per step.");
    if (values.length === 1) this.#value = values[0];
    return values.length === 1;
  }

  override get(): unknown {
    if (this.#value === NONE) throw EMPTY;
    return this.#value;
  }

  override checkpoint(): unknown {
    return this.get();
  }

  override isAvailable(): boolean {
    return this.#value !== NONE;
  }
}
