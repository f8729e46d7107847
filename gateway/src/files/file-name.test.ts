import { describe, expect, it } from "vitest";
import type { AppError } from "../errors/app-error.ts";
import { cleanFileName, fileNameOf } from "./file-name.ts";

/** As HTTP gives what was sent as UTF-8: one character per byte. */
const raw = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

describe("fileNameOf", () => {
  it.each([
    [undefined, "file"],
    ["attachment", "file"],
    ['attachment; filename="me.png"', "me.png"],
    ["attachment; filename=me.png", "me.png"],
    ['attachment; filename="a \\"b\\".png"', 'a "b".png'],
    ["attachment; filename*=UTF-8''%C3%A4.png; filename=\"a.png\"", "ä.png"],
    ["attachment; filename=\"a.png\"; filename*=utf-8'en'%e2%82%ac%20rates.png", "€ rates.png"],
    ["attachment; filename*=iso-8859-1'de'Gr%F6%DFe.png", "Größe.png"],
    ["attachment; filename*=\"UTF-8''%C3%A4.png\"", "ä.png"],
    ["attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"],
    ['attachment; filename="../../etc/passwd"', "passwd"],
    ['attachment; filename="C:\\\\tmp\\\\x.png"', "x.png"],
    [raw('attachment; filename="é.png"'), "é.png"],
    [raw('attachment; filename="портрет.png"'), "портрет.png"],
    [raw('attachment; filename="女 👩‍🚀.png"'), "女 👩‍🚀.png"],
    [raw("attachment; filename=портрет.png"), "портрет.png"],
    // Latin-1, as HTTP once had it: no UTF-8.
    ['attachment; filename="\xe9.png"', "é.png"],
  ])("reads %j", (header, name) => {
    expect(fileNameOf(header, "file")).toBe(name);
  });

  it.each([
    `attachment; filename="${"x".repeat(201)}"`,
    'attachment; filename="/"',
    'attachment; filename=".."',
    'attachment; filename="a/.."',
    "attachment; filename*=UTF-8''%00",
    "attachment; filename*=UTF-8''a%0D%0Ab",
    "attachment; filename*=UTF-8''%ff",
    "attachment; filename*=UTF-8''%4",
    "attachment; filename*=UTF-8''%E2%80%AEgnp.exe",
    "attachment; filename*=koi8-r''%D0.png",
    "attachment; filename*=UTF-8''",
  ])("refuses %j", (header) => {
    expect(() => fileNameOf(header, "file")).toThrow(/filename/);
  });
});

describe("cleanFileName", () => {
  it.each([
    ["a.png", "a.png"],
    [" a.png ", "a.png"],
    ["../../etc/passwd", "passwd"],
    ["C:\\tmp\\x.png", "x.png"],
    ["Größe 👩‍🚀.png", "Größe 👩‍🚀.png"],
  ])("takes %j as %j", (given, name) => {
    expect(cleanFileName(given, "/name")).toBe(name);
  });

  it.each([
    "",
    " ",
    "/",
    "..",
    "../..",
    ".",
    "a\0.png",
    "a\r\nb.png",
    "a\tb",
    "a\x7f",
    "a\x85b",
    "a\u2028b",
    "\u202egnp",
    "\ud800",
  ])("refuses %j with its pointer", (given) => {
    try {
      cleanFileName(given, "/name");
      expect.unreachable();
    } catch (error) {
      expect((error as AppError).extensions.errors?.[0]?.pointer).toBe("/name");
    }
  });
});
