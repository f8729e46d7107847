import type { Executor } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { AppError } from "../errors/app-error.ts";
import { judgeBy } from "./judge-by.ts";
import type { Registry } from "./registry.ts";

const box = { executor_id: "exec_a" } as Executor;
const judge = (executors: readonly Executor[]): number => {
  if (executors.length === 0) throw new AppError("no-executor-matches", "Nobody can do it.");
  return executors.length;
};

/** What is known, and what is there by now. */
function registryOf(known: Executor[] | undefined, there: Executor[]) {
  let asked = 0;
  const anew = () => {
    asked += 1;
    return Promise.resolve(there);
  };
  const registry: Registry = { known: () => known, anew, executors: anew, forget: () => {} };
  return { registry, asked: () => asked };
}

describe("a request that executors are needed for", () => {
  it("is judged by what is known, at once", () => {
    const { registry, asked } = registryOf([box], []);
    expect(judgeBy(registry, judge)).toBe(1);
    expect(asked()).toBe(0);
  });

  it("is not refused because of who was not here a moment ago", async () => {
    const { registry, asked } = registryOf([], [box]);
    expect(await judgeBy(registry, judge)).toBe(1);
    expect(asked()).toBe(1);
  });

  it("is refused by what was asked for now", async () => {
    const { registry } = registryOf([], []);
    await expect(judgeBy(registry, judge)).rejects.toThrow("Nobody can do it.");
  });

  it("is not judged again where judging itself went wrong", () => {
    const { registry, asked } = registryOf([box], [box]);
    const broken = () => {
      throw new TypeError("no such thing");
    };
    expect(() => judgeBy(registry, broken)).toThrow("no such thing");
    expect(asked()).toBe(0);
  });

  it("is judged by what is asked for where nothing is known", async () => {
    const { registry, asked } = registryOf(undefined, [box]);
    expect(await judgeBy(registry, judge)).toBe(1);
    expect(asked()).toBe(1);
  });
});
