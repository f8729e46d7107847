/** What was typed and not sent yet, kept per graph while the browser is open, with the key that makes it one run. */
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Values } from "./shown.ts";

export interface Draft {
  values: Values;
  chosen?: string | undefined;
  /** Changes with what is typed, and stays when an answer was lost: so twice is once. */
  key: string;
}

const place = (graph: string): string => `draft-${graph}`;

export function newKey(): string {
  return systemRuntime.newKey();
}

export function loadDraft(graph: string): Draft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place(graph)) ?? "null") as Draft | null;
    if (kept !== null && typeof kept.values === "object" && typeof kept.key === "string") return kept;
  } catch {
    // Nobody's draft is worth a page that does not open.
  }
  return { values: {}, key: newKey() };
}

/** @returns whether it is kept: without storage, or when that is full, it lasts as long as the page */
export function keepDraft(graph: string, draft: Draft | undefined): boolean {
  try {
    if (draft === undefined) sessionStorage.removeItem(place(graph));
    else sessionStorage.setItem(place(graph), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}
