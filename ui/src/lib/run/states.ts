/** How states of runs and nodes are shown: an icon, a word, a color; never a color alone. */
import Ban from "@lucide/svelte/icons/ban";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import CircleDot from "@lucide/svelte/icons/circle-dot-dashed";
import CirclePause from "@lucide/svelte/icons/circle-pause";
import CircleSlash from "@lucide/svelte/icons/circle-slash";
import CircleX from "@lucide/svelte/icons/circle-x";
import LoaderCircle from "@lucide/svelte/icons/loader-circle";
import TimerOff from "@lucide/svelte/icons/timer-off";
import type { RunNode, RunStatus } from "@myspinbot/contracts/types.ts";
import type { Component } from "svelte";

export interface Look {
  word: string;
  icon: Component;
  color: string;
  turns?: boolean;
}

const [LIVE, OK, WARN, BAD, IDLE] = [
  "text-live",
  "text-ok",
  "text-warn",
  "text-bad",
  "text-muted-foreground",
];

export const RUN_LOOKS: Record<RunStatus, Look> = {
  queued: { word: "Queued", icon: CircleDashed, color: IDLE },
  running: { word: "Running", icon: LoaderCircle, color: LIVE, turns: true },
  waiting: { word: "Waiting for you", icon: CirclePause, color: WARN },
  canceling: { word: "Stopping", icon: LoaderCircle, color: WARN, turns: true },
  succeeded: { word: "Done", icon: CircleCheck, color: OK },
  failed: { word: "Failed", icon: CircleX, color: BAD },
  canceled: { word: "Canceled", icon: Ban, color: IDLE },
  expired: { word: "Not started in time", icon: TimerOff, color: BAD },
  timed_out: { word: "Not done in time", icon: TimerOff, color: BAD },
};

export const NODE_LOOKS: Record<RunNode["status"], Look> = {
  pending: { word: "Not yet", icon: CircleDashed, color: IDLE },
  dispatched: { word: "Up next", icon: CircleDot, color: IDLE },
  running: { word: "Running", icon: LoaderCircle, color: LIVE, turns: true },
  waiting: { word: "Waiting for you", icon: CirclePause, color: WARN },
  succeeded: { word: "Done", icon: CircleCheck, color: OK },
  failed: { word: "Failed", icon: CircleX, color: BAD },
  skipped: { word: "Skipped", icon: CircleSlash, color: IDLE },
  canceled: { word: "Canceled", icon: Ban, color: IDLE },
};
