import { describe, expect, it } from "vitest";
import { nameAs, stepOf } from "./part.ts";

describe("a part of a picture", () => {
  const MIDDLE = { x: 25, y: 25, width: 50, height: 50 };
  const WHOLE = { x: 0, y: 0, width: 100, height: 100 };

  it("is chosen by arrow keys, and not beyond the edges", () => {
    expect(stepOf("ArrowRight", MIDDLE)).toEqual({ x: 6, y: 0 });
    expect(stepOf("ArrowUp", MIDDLE)).toEqual({ x: 0, y: -6 });
    for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"])
      expect(stepOf(key, WHOLE), key).toEqual({ x: 0, y: 0 });
    expect(stepOf("ArrowLeft", { ...MIDDLE, x: 50 })).toEqual({ x: 0, y: 0 });
    expect(stepOf("ArrowLeft", { ...MIDDLE, x: 0 })).toEqual({ x: -6, y: 0 });
    expect(stepOf("Enter", MIDDLE)).toBeUndefined();
  });

  it.each([
    ["me.webp", "image/webp", "me.webp"],
    ["me.at.home.JPG", "image/jpeg", "me.at.home.jpg"],
    ["me.webp", "image/png", "me.png"],
    ["me", "image/png", "me.png"],
    [".png", "image/png", "picture.png"],
  ])("of %s as %s is called %s", (name, type, called) => {
    expect(nameAs(name, type)).toBe(called);
  });
});
