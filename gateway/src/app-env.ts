/** What the middleware leaves for the routes. */
import type { Caller } from "./access/caller.ts";
import type { Connected } from "./connected.ts";

export interface AppEnv {
  /** What a runtime knows of a request beside the request itself. */
  Bindings: {
    /** Address of the other end of the connection. */
    peer?: string;
    /** The body, where all of its bytes have come already: it is then read without a stream. */
    arrived?: (length: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  };
  Variables: {
    requestId: string;
    /** Whether the answer says already what all answers say. */
    isWhole?: boolean;
    /** Whether headers were set that the answer must have, whoever makes it. */
    saysMore?: boolean;
    /** The router's way to say for which path the request is. */
    pattern: string;
    /** Who asks, and what they may. */
    caller: Caller;
    /** Whose runs and files there are for this request: the caller's. */
    owner: string;
    /** @throws AppError `unauthorized` when who asked may not any more */
    recheck: () => Promise<void>;
    /** To be called when the body has been read, which takes as long as its sender likes. @throws as `recheck` */
    recheckIfSlow: () => Promise<void> | undefined;
    /** Whether details of the inside may be shown to who asks. */
    mayOperate: () => Promise<boolean>;
    /** What this request talks through, always the same for it. Nothing that outlives the request may keep it. */
    connect: () => Connected;
  };
}
