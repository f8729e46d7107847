/** Watches a run for a person who may go away: the run goes on without them. */
import type { Run } from "@myspinbot/contracts/types.ts";
import { type ClientError, NetworkError } from "../src/errors.ts";
import type { Frame } from "../src/frames.ts";
import { watchRun } from "./progress/watch-run.ts";
import type { Session } from "./surroundings.ts";
import { say } from "./text.ts";

/** @param events whether each event is printed, as a line of JSON, in place of bars */
export async function watchToEnd(session: Session, run: Run, { events }: { events: boolean }): Promise<Run> {
  const { client, env, stdout, stderr, signal, now } = session;
  try {
    if (!events) return await watchRun({ client, output: stderr, env, now, signal }, run);
    const onFrame = (frame: Frame): void => {
      if (frame.kind === "event") stdout.write(`${JSON.stringify(frame.event)}\n`);
    };
    const onPause = ({ message }: ClientError): void => say(stderr, `${message} Asking again …`);
    return await client.runs.watch(run.run_id, { onFrame, onPause, signal });
  } catch (error) {
    if (signal.aborted || error instanceof NetworkError)
      say(stderr, `\nThe run goes on. Watch it again: msb runs watch ${run.run_id}`);
    throw error;
  }
}
