/** Names of consumers, used again by later events: Redis keeps one for each name that it has heard. */
import { newPlainId } from "../../ids.ts";

export interface Names {
  take(): string;
  /** Only when nothing is pending under it. */
  giveBack(name: string): void;
}

export function createNames(): Names {
  const free: string[] = [];
  return {
    take: () => free.pop() ?? newPlainId("exec"),
    giveBack: (name) => void free.push(name),
  };
}
