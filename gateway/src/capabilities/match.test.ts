import type { Executor, FlatNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { workNodeTypes } from "../../test/app-harness.ts";
import { AppError } from "../errors/app-error.ts";
import { countMatching, isAway, matchExecutors, missingFor } from "./match.ts";

const DIGEST = "0".repeat(64);

function executor(
  more: Partial<Executor> = {},
  engines = [{ name: "test", available: true }] as Executor["node_types"][number]["engines"],
): Executor {
  return {
    executor_id: "e",
    plane: "python",
    pool: "default",
    version: "1",
    status: "online",
    last_seen_ms: 0,
    slots: 1,
    labels: {},
    node_types: [{ type: "python_work", schema_digest: DIGEST, engines }],
    ...more,
  };
}

const pointerOf = ({ id }: FlatNode): string => `/graph/nodes/${id}`;
const work: FlatNode = { id: "a", type: "python_work", plane: "python" };

function refusal(nodes: FlatNode[], executors: Executor[]): AppError {
  try {
    matchExecutors(nodes, workNodeTypes, executors, { pointerOf });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("matchExecutors", () => {
  it("counts online executors for the node that has the fewest", () => {
    const gpu: FlatNode = { ...work, id: "b", pool: "gpu" };
    const executors = [executor(), executor(), executor({ pool: "gpu" }), executor({ status: "offline" })];
    expect(matchExecutors([work], workNodeTypes, executors, { pointerOf })).toBe(2);
    expect(matchExecutors([work, gpu], workNodeTypes, executors, { pointerOf })).toBe(1);
  });

  it("accepts with 0 what was announced by somebody who is away", () => {
    expect(matchExecutors([work], workNodeTypes, [executor({ status: "offline" })], { pointerOf })).toBe(0);
    expect(matchExecutors([work], workNodeTypes, [executor({ status: "draining" })], { pointerOf })).toBe(0);
  });

  it("goes on without a node whose failure somebody follows, but not without a known name", () => {
    const away = [executor({}, [{ name: "test", available: false, reason: "no model is installed" }])];
    const options = { pointerOf, followed: () => new Set(["a"]) };
    expect(matchExecutors([work], workNodeTypes, away, options)).toBe(1);
    expect(() => matchExecutors([{ ...work, id: "b" }], workNodeTypes, away, options)).toThrow(/no model/);
    expect(() => matchExecutors([{ ...work, engine: "magic" }], workNodeTypes, away, options)).toThrow(
      /no engine "magic"/,
    );
  });

  it("refuses an engine that the node type does not know", () => {
    const error = refusal([{ ...work, engine: "magic" }], [executor()]);
    expect(error.code).toBe("unknown-engine");
    expect(error.extensions.errors?.[0]?.pointer).toBe("/graph/nodes/a/engine");
  });

  it.each([
    ["nobody is there", []],
    ["another pool has it", [executor({ pool: "gpu" })]],
    [
      "another version of the schema was announced",
      [
        executor({
          node_types: [
            {
              type: "python_work",
              schema_digest: "1".repeat(64),
              engines: [{ name: "test", available: true }],
            },
          ],
        }),
      ],
    ],
    ["only another engine was announced", [executor({}, [{ name: "else", available: true }])]],
  ])("refuses when %s", (_name, executors) => {
    expect(refusal([work], executors).code).toBe("no-executor-matches");
  });

  it("says why an engine is not available", () => {
    const error = refusal(
      [work],
      [executor({}, [{ name: "test", available: false, reason: "no model is installed" }])],
    );
    expect(error.code).toBe("engine-unavailable");
    expect(error.detail).toContain("no model is installed");
  });

  it("takes any of the type's engines for auto, exactly the named one otherwise", () => {
    const other = [
      executor({}, [
        { name: "test", available: false },
        { name: "other", available: true },
      ]),
    ];
    expect(matchExecutors([{ ...work, engine: "auto" }], workNodeTypes, other, { pointerOf })).toBe(1);
    expect(matchExecutors([{ ...work, engine: "other" }], workNodeTypes, other, { pointerOf })).toBe(1);
    expect(refusal([{ ...work, engine: "test" }], other).code).toBe("engine-unavailable");
  });
});

describe("countMatching", () => {
  it("never throws for a run that waits", () => {
    expect(countMatching([{ ...work, type: "gone" }], workNodeTypes, [executor()])).toBe(0);
    expect(countMatching([work], workNodeTypes, [executor()])).toBe(1);
  });
});

describe("isAway", () => {
  const gone = { name: "test", available: false };

  it.each([
    ["all that are online say so", [executor({}, [gone]), executor({}, [gone])], true],
    ["one of them has it", [executor({}, [gone]), executor()], false],
    ["nobody is online", [executor({ status: "offline" }, [gone])], false],
    ["nobody knows it", [executor({}, [{ ...gone, name: "else" }])], false],
    ["nobody is there", [], false],
  ])("when %s: %j", (_when, executors, expected) => {
    expect(isAway(work, workNodeTypes, executors)).toBe(expected);
  });

  it("is no question about a type that is gone", () => {
    expect(isAway({ ...work, type: "gone" }, workNodeTypes, [executor({}, [gone])])).toBe(false);
  });
});

describe("missingFor", () => {
  const away = { name: "test", available: false, reason: "the service does not answer" };
  const row = { type: "python_work", schema_digest: DIGEST, engines: [{ name: "test", available: true }] };

  it("says nothing while one executor can", () => {
    expect(missingFor([work], workNodeTypes, [executor({}, [away]), executor()])).toEqual([]);
  });

  it.each([
    ["nobody is there", [], "No executor that has it is online."],
    ["the one that has it is away", [executor({ status: "offline" })], "No executor that has it is online."],
    ["the engine went away", [executor({}, [away])], "test: the service does not answer"],
    [
      "the machine cannot now",
      [executor({ node_types: [{ ...row, cannot_now: "the disk is full" }] })],
      "the disk is full",
    ],
  ])("says why when %s", (_name, executors, reason) => {
    const missing = missingFor([work], workNodeTypes, executors);
    expect(missing).toEqual([{ node_id: "a", type: "python_work", reason }]);
    expect(countMatching([work], workNodeTypes, executors)).toBe(0);
  });

  it("never throws for a type that is gone", () => {
    expect(missingFor([{ ...work, type: "gone" }], workNodeTypes, [executor()])).toHaveLength(1);
  });
});
