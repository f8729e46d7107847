/** What the executor and a thread that runs handlers say to each other. */
import type { About, Outcome } from "../../../executor/handler-host.ts";

/** What a thread is started with. */
export interface ThreadData {
  /** The extension module, as configured. */
  extension: string;
}

/** A handler's work, its check alone, or which engines it has. */
export type CallKind = "run" | "check" | "engines";

export type ToThread =
  | {
      kind: CallKind;
      type: string;
      params: Record<string, unknown>;
      inputs: Record<string, unknown>;
      about: About;
    }
  | { kind: "abort" };

export type FromThread =
  /** Its handlers are loaded. */
  | { kind: "ready" }
  /** The handler of the last call is being called. */
  | { kind: "began" }
  | { kind: "note"; type: string; body: string }
  /** So many log lines are not told. */
  | { kind: "dropped"; count: number }
  /** Ends the call. A thread whose call ended with something that nobody caught is not used again. */
  | { kind: "end"; outcome: Outcome; uncaught: boolean }
  /** A handler threw after its end, when nobody listened any more. */
  | { kind: "stray"; node: string; error: Error };
