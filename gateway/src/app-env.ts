/** What the middleware leaves for the routes. */
import type { Connected } from "./connected.ts";

export interface AppEnv {
  Variables: {
    requestId: string;
    /** Who asks: whose runs and files there are for this request. */
    owner: string;
    /** What this request talks through, always the same for it. Nothing that outlives the request may keep it. */
    connect: () => Connected;
  };
}
