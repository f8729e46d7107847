import { describe, expect, it } from "vitest";
import { loginOf, withoutReply } from "./hasty-login.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (part: Uint8Array | Error): string =>
  part instanceof Error ? `${part.name}: ${part.message}` : new TextDecoder().decode(part);

describe("a login that nobody waits for", () => {
  it.each([
    [{ password: "geheim" }, "*2\r\n$4\r\nAUTH\r\n$6\r\ngeheim\r\n"],
    [
      { user: "edge", password: "gr\u00fc\u00df" },
      "*3\r\n$4\r\nAUTH\r\n$4\r\nedge\r\n$6\r\ngr\u00fc\u00df\r\n",
    ],
    [{ password: "" }, "*2\r\n$4\r\nAUTH\r\n$0\r\n\r\n"],
  ])("says %j in the words of the protocol", (address, said) => {
    expect(text(loginOf(address)!)).toBe(said);
  });

  it("is not said where there is no password", () => {
    expect(loginOf({})).toBeUndefined();
  });

  it.each([
    ["one part", ["+OK\r\n:1\r\n+OK\r\n"], ":1\r\n+OK\r\n"],
    ["many parts", ["+", "OK", "\r", "\n", ":1\r", "\n"], ":1\r\n"],
    [
      "a server that wants none",
      ["-ERR AUTH <password> called without any password configured ...\r\n:1\r\n"],
      ":1\r\n",
    ],
  ])("keeps its answer from the client, in %s", (_, parts, left) => {
    const sift = withoutReply();
    expect(parts.map((part) => text(sift(bytes(part)))).join("")).toBe(left);
  });

  it.each([
    "WRONGPASS invalid username-password pair or user is disabled.",
    "ERR max number of clients reached",
  ])("ends the connection with what the server said: %s", (said) => {
    expect(text(withoutReply()(bytes(`-${said}\r\n-NOAUTH\r\n`)))).toBe(`ReplyError: ${said}`);
  });
});
