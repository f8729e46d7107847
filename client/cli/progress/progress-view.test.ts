import type { WriteStream } from "node:tty";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { NodeRows } from "./node-rows.ts";
import { openProgressView } from "./progress-view.ts";

const rows: NodeRows = [
  { nodeId: "video", type: "animate_portrait", status: "running", share: 0.5, startedAt: 0, engine: "warp" },
];

beforeEach(() => void vi.useFakeTimers({ now: 123_400 }));
afterEach(() => void vi.useRealTimers());

function shown(output: Partial<WriteStream>, term: string, ms: number): string {
  let text = "";
  const write = (part: string): boolean => Boolean((text += part));
  const view = openProgressView({ ...output, write } as WriteStream, () => Date.now(), term);
  view.show(rows, "video");
  vi.advanceTimersByTime(ms);
  view.close();
  return text;
}

test("shows the seconds also on a narrow terminal", () => {
  const lines = shown({ isTTY: true, columns: 40 }, "xterm", 0).split("\n");
  expect(lines[0]).toContain("123.4 s");
  expect(lines[0]?.replace("\u001b[2K", "").length).toBeLessThan(40);
});

test("reminds in a pipe of no node that has just begun", () => {
  vi.setSystemTime(0);
  expect(shown({ isTTY: false }, "xterm", 9_999)).not.toContain("still");
});

test("says which of how many an instance is", () => {
  const instance = { ...rows[0]!, nodeId: "video.2", place: { number: 3, of: 7 } };
  const lines = (isTTY: boolean): string => {
    let text = "";
    const write = (part: string): boolean => Boolean((text += part));
    const view = openProgressView({ isTTY, columns: 80, write } as WriteStream, () => Date.now(), "xterm");
    view.show([instance], "video.2");
    view.close();
    return text;
  };
  expect(lines(false)).toBe("  video 3 of 7: running, 123.4 s, warp\n");
  expect(lines(true)).toContain("video 3 of 7 ");
});

test("moves no cursor on a dumb terminal and in a pipe", () => {
  expect(shown({ isTTY: true, columns: 80 }, "dumb", 60_000)).not.toContain("\u001b");
  expect(shown({ isTTY: false }, "xterm", 60_000)).not.toContain("\u001b");
});

test("says now and then in a pipe how far a long node is", () => {
  const lines = shown({ isTTY: false }, "xterm", 25_000).trimEnd().split("\n");
  expect(lines).toEqual([
    "  video: running, 123.4 s, warp",
    "  video: still running, 50 %, 133.4 s, warp",
    "  video: still running, 50 %, 143.4 s, warp",
  ]);
});

test("says below the rows what is wrong with the connection, for as long as it is", () => {
  const said = (isTTY: boolean): string => {
    let text = "";
    const write = (part: string): boolean => Boolean((text += part));
    const view = openProgressView({ isTTY, columns: 20, write } as WriteStream, () => Date.now(), "xterm");
    view.show(rows);
    for (const note of ["Nobody is there. Asking again …", "Nobody is there. Asking again …", undefined]) {
      view.note(note);
      vi.advanceTimersByTime(100);
    }
    view.close();
    return text;
  };
  expect(said(false)).toBe("  Nobody is there. Asking again …\n");
  const drawings = said(true).split("\u001b[J");
  expect(drawings.map((drawing) => drawing.includes("Nobody is there. As\n"))).toEqual([
    ...[true, true, false, false, false],
  ]);
  // Where a note was, its line goes, too.
  expect(drawings[2]).toContain("\u001b[2A");
  expect(drawings[3]).toContain("\u001b[1A");
});
