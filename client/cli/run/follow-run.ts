/** What becomes of a run that was just made: its id, or its end and what it put out. */
import type { Run } from "@myspinbot/contracts/types.ts";
import { printJson } from "../command.ts";
import type { ExitCode } from "../exit-codes.ts";
import { type Target, writeOutput } from "../output.ts";
import { endOf, runView } from "../run-view.ts";
import type { Session } from "../surroundings.ts";
import { say } from "../text.ts";
import { watchToEnd } from "../watching.ts";

/** @returns how the command ends, if not with 0 */
export async function follow(
  session: Session,
  run: Run,
  { watch, targets }: { watch: boolean; targets: readonly Target[] },
): Promise<ExitCode | undefined> {
  if (!watch && targets.length === 0) return started(session, run);
  if (!session.json) say(session.stderr, `${run.run_id}`);
  const ended = await watchToEnd(session, run, { events: false });
  if (session.json) printJson(session, ended);
  else if (ended.status !== "succeeded" || targets.length === 0) say(session.stdout, runView(session, ended));
  if (ended.status === "succeeded")
    for (const place of await writeOutput(session, ended, targets)) say(session.stderr, place);
  return endOf(ended);
}

function started(session: Session, run: Run): undefined {
  if (session.json) return void printJson(session, run);
  say(session.stdout, run.run_id);
  say(session.stderr, `It is ${run.status}. Watch it: msb runs watch ${run.run_id}`);
}

/** A person who has typed Ctrl-C does not wait for a gateway that is away; what is left goes after a day. */
const FORGET_MS = 2_000;

/** Nobody else knows of files whose run was not started. */
export async function forget({ client, runtime }: Session, uploaded: readonly string[]): Promise<void> {
  if (uploaded.length === 0) return;
  const late = new AbortController();
  const over = new AbortController();
  void runtime.sleep(FORGET_MS, over.signal).then(() => late.abort());
  const options = { signal: late.signal };
  await Promise.all(uploaded.map((file_id) => client.files.delete(file_id, options).catch(() => undefined)));
  over.abort();
}
