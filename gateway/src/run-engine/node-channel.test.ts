/** Holds our channel to LangGraph.js's own, which it stands in for. */
import { Annotation, type BaseChannel, EmptyChannelError, InvalidUpdateError } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { NodeChannel } from "./node-channel.ts";

const theirs = (): BaseChannel => Annotation<unknown>();

describe.each([
  ["ours", (): BaseChannel => new NodeChannel()],
  ["LangGraph.js's", theirs],
])("%s", (_, create) => {
  it("is empty until it gets a value, and keeps the last one", () => {
    const channel = create();
    expect([channel.isAvailable(), channel.lc_graph_name]).toEqual([false, "LastValue"]);
    expect(() => channel.get()).toThrow(EmptyChannelError);
    expect(() => channel.checkpoint()).toThrow(EmptyChannelError);
    expect([channel.update([]), channel.isAvailable()]).toEqual([false, false]);
    for (const value of [1, null, undefined, { a: 2 }]) {
      expect(channel.update([value])).toBe(true);
      expect([channel.isAvailable(), channel.get(), channel.checkpoint()]).toEqual([true, value, value]);
    }
    expect([channel.update([]), channel.get()]).toEqual([false, { a: 2 }]);
    expect(() => channel.update([1, 2])).toThrow(InvalidUpdateError);
  });

  it("begins with what a checkpoint has of it, if that has anything", () => {
    const channel = create();
    channel.update(["own"]);
    expect(channel.fromCheckpoint(undefined).isAvailable()).toBe(false);
    for (const value of [null, 0, { a: 1 }]) expect(channel.fromCheckpoint(value).get()).toBe(value);
    expect(channel.get()).toBe("own");
  });
});

it("says that it is empty by a name that LangGraph.js asks for", () => {
  let said: unknown;
  try {
    new NodeChannel().get();
  } catch (error) {
    said = error;
  }
  expect((said as Error).name).toBe(EmptyChannelError.unminifiable_name);
});
