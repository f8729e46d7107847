/** Follows a run to its end and shows how far it is; says why when it did not succeed. */
import type { WriteStream } from "node:tty";
import type { Problem, Run } from "@myspinbot/contracts/types.ts";
import type { Client } from "../../src/client.ts";
import type { ClientError } from "../../src/errors.ts";
import type { Frame } from "../../src/frames.ts";
import { problemText } from "../../src/problem-text.ts";
import { toNodeRows, withEvent } from "./node-rows.ts";
import { openProgressView } from "./progress-view.ts";

export interface Watching {
  readonly client: Client;
  readonly output: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each frame, before it is shown. */
  readonly onFrame?: (frame: Frame) => void;
}

/** @returns the run after its end */
export async function watchRun(
  { client, output, env, now, signal, onFrame }: Watching,
  run: Run,
): Promise<Run> {
  const view = openProgressView(output, now, env.TERM);
  let rows = toNodeRows(run);
  try {
    view.show(rows);
    const show = (frame: Frame): void => {
      onFrame?.(frame);
      view.note(undefined);
      if (frame.kind !== "event") return;
      rows = withEvent(rows, frame.event);
      view.show(rows, frame.event.node_id);
    };
    const onPause = ({ message }: ClientError): void => view.note(`${message} Asking again …`);
    for await (const frame of client.runs.follow(run.run_id, { after: 0, signal, onPause })) show(frame);
  } finally {
    view.close();
  }
  return client.runs.get(run.run_id, { signal });
}

/** Which node failed and why, of a run that ended otherwise than with success. */
export function explainEnd({ status, status_reason, error, nodes }: Run): string {
  const failed = nodes.filter((node) => node.status === "failed" && node.error !== undefined);
  const reasons = failed.map(
    (node) => `${node.node_id} (${node.type}): ${problemText(node.error as Problem)}`,
  );
  const rest = error === undefined ? (status_reason ?? "no reason was given") : problemText(error);
  return `The run ended as ${status}. ${reasons.length > 0 ? reasons.join("\n") : rest}`;
}
