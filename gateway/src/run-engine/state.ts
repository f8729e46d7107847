/** What the run engine knows of a run: the content of its LangGraph channels. */
import type { Problem } from "@myspinbot/contracts/types.ts";

/** `held` = waits for a retry timer; everything else as the node status of the same name. */
export type Phase = "pending" | "held" | "dispatched" | "succeeded" | "failed" | "skipped" | "canceled";

export interface NodeState {
  phase: Phase;
  problem?: Problem;
  /** Of a node in a race: the how manyth of them to succeed. */
  place?: number;
}

export type Outputs = Record<string, unknown>;

export const INPUT_CHANNEL = "input";
export const stateChannel = (node: string): string => `state:${node}`;
export const outputChannel = (node: string): string => `out:${node}`;

/** Values by channel name, as LangGraph hands them to a node. */
export type Channels = Record<string, unknown>;

export function stateOf(channels: Channels, node: string): NodeState {
  return (channels[stateChannel(node)] as NodeState | undefined) ?? { phase: "pending" };
}

export function outputsOf(channels: Channels, node: string): Outputs {
  return (channels[outputChannel(node)] as Outputs | undefined) ?? {};
}
