import { describe, expect, it } from "vitest";
import { fileNameOf } from "./file-name.ts";

describe("fileNameOf", () => {
  it.each([
    [undefined, "file"],
    ["attachment", "file"],
    ['attachment; filename="me.png"', "me.png"],
    ["attachment; filename=me.png", "me.png"],
    ['attachment; filename="a \\"b\\".png"', 'a "b".png'],
    ["attachment; filename*=UTF-8''%C3%A4.png; filename=\"a.png\"", "ä.png"],
    ['attachment; filename="../../etc/passwd"', "passwd"],
    ['attachment; filename="C:\\\\tmp\\\\x.png"', "x.png"],
  ])("reads %j", (header, name) => {
    expect(fileNameOf(header, "file")).toBe(name);
  });

  it.each([
    `attachment; filename="${"x".repeat(201)}"`,
    'attachment; filename="/"',
    "attachment; filename*=UTF-8''%00",
    "attachment; filename*=UTF-8''%ff",
  ])("refuses %j", (header) => {
    expect(() => fileNameOf(header, "file")).toThrow(/file name|filename/);
  });
});
