/** What stays of the previews of a run for whoever comes later. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHarness, note, reportOf, type Harness } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toRunNodes } from "../runs/node-view.ts";

const PICTURE = { media_type: "image/png", base64: "AAAA" };
const CURVE = { media_type: "application/json", base64: "e30=" };

let h: Harness;
beforeAll(async () => {
  h = await createHarness("previews");
});
afterAll(async () => {
  await h.close();
});

it("names the newest picture and the newest curve of a node, and keeps both when the log is full", async () => {
  h.startDriver();
  const nodes = [{ id: "a", type: "python_work", plane: "python" as const }];
  const run = await h.submit({ name: "learns", nodes, output: {} });
  const task = await h.pull("default");
  await h.report(task, 1, [
    note("a", "node.started", { attempt: 1, executor: "exec_test" }),
    note("a", "node.preview", PICTURE),
    note("a", "node.preview", PICTURE),
    note("a", "node.preview", CURVE),
  ]);
  const previews = async () => (await h.events(run)).filter(({ type }) => type === "node.preview");
  await until(async () => (await previews()).length === 3);
  const [older, picture, curve] = (await previews()).map(({ seq }) => seq);
  const read = async () => toRunNodes(await h.redis.hgetall(h.keys.runNodes("s0", run)), ["a"])[0];
  expect(await read()).toMatchObject({ picture_seq: picture, curve_seq: curve });

  // As if it had said so much; each note that is more pushes one out.
  const filled = h.redis.pipeline();
  for (let seq = curve! + 1; seq <= DEFAULTS.events_per_run; seq += 1)
    filled.xadd(
      ...([h.keys.runEvents("s0", run), `${seq}-0`] as const),
      ...["type", "node.log", "node_id", "a", "at", "0", "data", "{}"],
    );
  filled.hset(h.keys.run("s0", run), "seq", DEFAULTS.events_per_run);
  await filled.exec();
  const said = Array.from({ length: 5 }, () => note("a", "node.log", { level: "info", message: "more" }));
  await h.report(task, 5, said);
  await until(async () => Number((await h.record(run)).seq) === DEFAULTS.events_per_run + said.length);
  const left = await previews();
  expect(left.map(({ seq }) => seq)).toEqual([picture, curve]);
  expect(left.map(({ data }) => data)).toEqual([PICTURE, CURVE]);
  expect(older).toBeLessThan(picture!);
  await h.report(task, 10, [reportOf({ node_id: "a", attempt: 1, status: "succeeded", outputs: {} })]);
  await h.settle(task, []);
  await h.waitForEnd(run);
  expect(await read(), "after its end").toMatchObject({ picture_seq: picture, curve_seq: curve });
});
