import { describe, expect, it } from "vitest";
import { negotiate } from "./media-type.ts";

const OFFERED = ["application/json", "text/event-stream"] as const;

describe("negotiate", () => {
  it.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["text/event-stream", "text/event-stream"],
    ["text/event-stream, */*;q=0.1", "text/event-stream"],
    ["application/json, text/event-stream;q=0.5", "application/json"],
    ["text/*", "text/event-stream"],
    ["text/html, */*", "application/json"],
    ["TEXT/EVENT-STREAM", "text/event-stream"],
  ])("answers %j", (accept, type) => {
    expect(negotiate(accept, OFFERED)).toBe(type);
  });

  it.each(["text/html", "text/event-stream;q=0, application/xml", "nonsense"])("refuses %j", (accept) => {
    expect(() => negotiate(accept, OFFERED)).toThrow(/only/);
  });
});
