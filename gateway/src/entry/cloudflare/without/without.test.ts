import { describe, expect, it } from "vitest";
import { load } from "./load.ts";
import {
  convertToDottedOrderFormat,
  getCurrentRunTree,
  isRunTree,
  isTraceableFunction,
} from "./langsmith.ts";
import * as zod from "./zod.ts";

describe("what the Worker's bundle has in place of what it leaves out", () => {
  it("takes what looks like an object of LangChain as the data that it is", async () => {
    const data = { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"], kwargs: {} };
    expect(await load(JSON.stringify(data))).toEqual(data);
  });

  it("lets schemas be made, and answers nobody who asks one", () => {
    const text = zod.z.custom().default();
    expect(zod.z.object()).not.toBe(text);
    for (const ask of [zod.parse, zod.parseAsync, zod.toJSONSchema, zod.clone, zod.util.extend])
      expect(ask).toThrow("no zod");
    expect(() => new (zod.$ZodUnknown as unknown as new () => object)()).toThrow("no zod");
  });

  it("finds no trace of anything", () => {
    expect([isRunTree(), isTraceableFunction(), getCurrentRunTree()]).toEqual([false, false, undefined]);
    expect(convertToDottedOrderFormat()).toHaveProperty("dottedOrder");
  });
});
