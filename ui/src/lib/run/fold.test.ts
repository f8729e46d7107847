import type { Frame } from "@myspinbot/client/frames.ts";
import type { Event, Run } from "@myspinbot/contracts/types.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, recall } from "./fold.ts";
import { curvedOf, missingPreviews, previewedOf } from "./previews.ts";
import { joined, type RunView } from "./run-view.ts";

const AT = (seq: number): string => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
const error = {
  ...{ type: "", title: "No face", status: 422, detail: "There is no face in it.", code: "no-face" },
  class: "permanent" as const,
};
const artifact = (name: string) => ({
  ...{
    artifact_id: `art_${name}`,
    key: `runs/r/x/${"0".repeat(64)}/${name}`,
    media_type: "image/png",
    size: 1,
  },
  ...{ sha256: "0".repeat(64), name, meta: {} },
});

const CURVE = { title: "Loss", unit: "steps", lines: [{ name: "train", points: [[1, 0.5]] }] };

type Row = [type: Event["type"], node_id: string | undefined, data: object];

/** Everything that can happen, in an order in which it does. */
const LOG: Event[] = (
  [
    ["run.queued", undefined, { graph: "g", graph_digest: "0".repeat(64) }],
    ["run.started", undefined, {}],
    ["node.dispatched", "a", { attempt: 1, task_id: "t1", pool: "node" }],
    ["node.started", "a", { attempt: 1, executor: "e1", engine: "template" }],
    ["node.log", "a", { level: "info", message: "one" }],
    ["node.progress", "a", { done: 1, total: 2, unit: "steps" }],
    ["node.retrying", "a", { attempt: 1, error, delay_ms: 100 }],
    ["node.dispatched", "a", { attempt: 2, task_id: "t2", pool: "node" }],
    ["node.started", "a", { attempt: 2, executor: "e2", engine: "other" }],
    ["artifact.created", "a", { output: "x", artifact: artifact("one.png") }],
    ["node.succeeded", "a", { attempt: 2, engine: "other", timing: { execute_s: 1 } }],
    ["node.expanded", "b", { count: 3 }],
    ["node.dispatched", "b.0", { attempt: 1, task_id: "t3", pool: "default" }],
    ["node.started", "b.0", { attempt: 1, executor: "e3" }],
    ["node.preview", "b.0", { media_type: "image/png", base64: "AA==" }],
    ["node.preview", "b.0", { media_type: "application/json", base64: btoa(JSON.stringify(CURVE)) }],
    ["node.succeeded", "b.0", { attempt: 1 }],
    ["node.skipped", "b.1", { reason: "when" }],
    ["run.waiting", undefined, {}],
    ["run.resumed", undefined, {}],
    ["node.dispatched", "b.2", { attempt: 1, task_id: "t4", pool: "default" }],
    ["node.started", "b.2", { attempt: 1, executor: "e3" }],
    ["node.failed", "b.2", { attempt: 1, error }],
    ["run.failed", undefined, { error }],
  ] satisfies Row[]
).map(([type, node_id, data], i) => ({
  ...{ seq: i + 1, type, run_id: "r", at: AT(i + 1), data: data },
  ...(node_id === undefined ? {} : { node_id }),
}));

const START: Run = {
  ...{
    run_id: "r",
    graph: "g",
    graph_digest: "0".repeat(64),
    status: "queued",
    created_at: AT(0),
    deadlines: {},
  },
  progress: { percent: 0 },
  nodes: ["a", "b", "c"].map((node_id) => ({
    node_id,
    type: "t",
    plane: "node",
    status: "pending",
    attempt: 0,
  })),
  ...{ input: {}, artifacts: [], timing: {}, metadata: {}, tags: [] },
  urls: { self: "", events: "", artifacts: "" },
};

const frames = (events: readonly Event[]): Frame[] =>
  events.map((event) => ({ kind: "event", seq: event.seq, event }));
const run = (given: readonly Frame[], from?: RunView): RunView => {
  const view = given.reduce<RunView | undefined>(
    fold,
    from ?? fold(undefined, { kind: "snapshot", seq: 0, run: structuredClone(START) }),
  );
  if (view === undefined) throw new Error("there is no view");
  return view;
};
/** What the gateway would say after so many events: without what it does not keep. */
const snapshotAfter = (seq: number): Frame => {
  const view = structuredClone(run(frames(LOG.slice(0, seq))));
  const nodes = view.nodes.map(
    ({ preview: _p, curve: _c, skipped: _s, retry: _r, executor: _e, ...node }) => node,
  );
  return { kind: "snapshot", seq, run: { ...view.run, nodes, artifacts: view.artifacts } };
};
const plain = (view: RunView): unknown => JSON.parse(JSON.stringify(view));
const WHOLE = plain(run(frames(LOG)));

describe("the view of a run", () => {
  it("is what the log says", () => {
    const view = run(frames(LOG));
    expect(view.run).toMatchObject({ status: "failed", error, started_at: AT(2), completed_at: AT(24) });
    expect(view.nodes.map(({ node_id, status }) => `${node_id} ${status}`)).toEqual([
      "a succeeded",
      "b.0 succeeded",
      "b.1 skipped",
      "b.2 failed",
      "c canceled",
    ]);
    expect(view.nodes[0]).toMatchObject({
      attempt: 2,
      executor: "e2",
      engine: "other",
      timing: { execute_s: 1 },
    });
    // A curve is beside the picture, and not in its place.
    expect(view.nodes[1]).toMatchObject({ curve: CURVE, preview: { media_type: "image/png" } });
    expect(view.artifacts.map(({ name }) => name)).toEqual(["one.png"]);
    expect(view.logs.map(({ message }) => message)).toEqual(["one"]);
  });

  it("is the same however the log was cut, and whatever came twice", () => {
    const cuts = fc.array(fc.tuple(fc.nat(LOG.length), fc.nat(LOG.length)), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (pieces) => {
        // Each piece begins at or before where the last one ended, as connections do that ask again.
        let reached = 0;
        let view: RunView | undefined;
        for (const [back, to] of [...pieces, [0, LOG.length] as const]) {
          view = run(frames(LOG.slice(Math.max(0, reached - back), Math.max(reached, to))), view);
          reached = Math.max(reached, to);
        }
        expect(plain(view!)).toEqual(WHOLE);
      }),
    );
  });

  it("is the same with a snapshot anywhere in the middle, also an old one", () => {
    const places = fc.tuple(fc.nat(LOG.length), fc.nat(LOG.length));
    fc.assert(
      fc.property(places, ([taken, shown]) => {
        const before = frames(LOG.slice(0, shown));
        const view = run([...before, snapshotAfter(taken), ...frames(LOG)]);
        const jumped = taken > shown;
        // What a snapshot jumped over it cannot tell: who worked, what was logged.
        if (!jumped) expect(plain(view)).toEqual(WHOLE);
        expect(view.nodes.map(({ node_id, status, attempt }) => [node_id, status, attempt])).toEqual(
          run(frames(LOG)).nodes.map(({ node_id, status, attempt }) => [node_id, status, attempt]),
        );
        expect(view.run).toMatchObject({ status: "failed", error });
      }),
    );
  });

  it("has the previews that a snapshot only names, once they were read, and no older ones", () => {
    const before = LOG.findIndex(({ type }) => type === "node.preview");
    const [picture, curve] = LOG.slice(before, before + 2) as [Event, Event];
    const view = run([snapshotAfter(before + 2)]);
    expect(previewedOf(view.nodes)).toBeUndefined();
    expect(missingPreviews(view)).toEqual([curve.seq, picture.seq]);
    recall(view, picture);
    recall(view, curve);
    expect(missingPreviews(view)).toEqual([]);
    expect(curvedOf(view.nodes)).toMatchObject({ node_id: "b.0", curve: CURVE });
    expect(previewedOf(view.nodes)).toMatchObject({ node_id: "b.0", preview: { base64: "AA==" } });
    const newer = { ...picture, seq: curve.seq + 1, data: { ...picture.data, base64: "AQ==" } };
    run(frames([newer]), view);
    recall(view, picture);
    expect(previewedOf(view.nodes)).toMatchObject({ preview: { base64: "AQ==" } });
  });

  it("asks for no preview where there is a film, and for those of one node only", () => {
    const nodes = START.nodes.map((node, i) => ({ ...node, picture_seq: 10 + i }));
    const snapshot = (more: object): Frame => ({
      ...{ kind: "snapshot", seq: 20, run: { ...structuredClone(START), nodes, ...more } },
    });
    expect(missingPreviews(run([snapshot({})]))).toEqual([12]);
    const film = { ...artifact("film.mp4"), media_type: "video/mp4" };
    expect(missingPreviews(run([snapshot({ output: { film } })]))).toEqual([]);
  });

  it("says what is missing, and goes on", () => {
    const view = run([{ kind: "gap", seq: 4, from: 1, to: 4 }, ...frames(LOG)]);
    expect(view.gaps).toEqual([{ from: 1, to: 4 }]);
    expect(view.seq).toBe(LOG.length);
  });

  it("skips what only a newer gateway knows", () => {
    const strange = {
      seq: 1,
      type: "node.dreamt" as Event["type"],
      run_id: "r",
      node_id: "a",
      at: AT(1),
      data: {},
    };
    expect(run(frames([strange])).seq).toBe(1);
    expect(run(frames([{ ...LOG[3]!, seq: 1, node_id: "nobody" }])).nodes).toHaveLength(3);
  });

  it("keeps so many lines of a log and no more", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...LOG[4]!, seq: i + 1 }));
    const { logs } = run(frames(many));
    expect(logs.length).toBeLessThanOrEqual(6000);
    expect(logs.at(-1)?.seq).toBe(20_000);
    const { events } = run(frames(many));
    expect(events.length).toBeLessThanOrEqual(12_000);
    expect(events.at(-1)?.seq).toBe(20_000);
  });

  it("keeps no bytes of what it lists", () => {
    const { events } = run(frames(LOG));
    expect(events.map(({ type }) => type)).toEqual(LOG.map(({ type }) => type));
    expect(JSON.stringify(events)).not.toContain("base64");
  });

  it("joins what was read with what came since, each once", () => {
    const [read, since] = [LOG.slice(0, 10), LOG.slice(7)];
    expect(joined(read, since)).toEqual(LOG);
    expect(joined(read, [])).toEqual(read);
  });
});
