/** A run, as a person is told of it. */
import type { Run } from "@myspinbot/contracts/types.ts";
import type { WriteStream } from "node:tty";
import { expect, it } from "vitest";
import { runView } from "./run-view.ts";

const RUN = {
  ...{ run_id: "run_s0_1", graph: "speak", created_at: "2026-11-30T07:00:00Z", status: "queued" },
  ...{ nodes: [], tags: [], artifacts: [], timing: {}, progress: { percent: 0 } },
  queue: { position: 0, matching_executors: 0 },
  status_reason: "No executor that can run it takes work now.",
} as unknown as Run;
const shown = (run: Run): string =>
  runView({ stdout: { columns: 100 } as WriteStream, now: () => Date.parse("2026-11-30T07:00:05Z") }, run);

it("says of a run that waits for somebody why it does, and not that it was started", () => {
  expect(shown(RUN)).toMatch(/^made +5 s ago$/m);
  expect(shown(RUN)).toMatch(/^waits +No executor that can run it takes work now\.$/m);
  expect(shown({ ...RUN, queue: { position: 0, matching_executors: 1 } })).not.toMatch(/^waits/m);
});
