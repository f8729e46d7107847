import { describe, expect, it } from "vitest";
import { isLoopback } from "./is-loopback.ts";

describe("isLoopback", () => {
  it.each(["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])("knows %s", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    "0.0.0.0",
    "example.com",
    "127.0.0.1.example.com",
    "127.0.0.256",
    "localhost.example.com",
    "",
    "2130706433",
    "[::ffff:127.0.0.1]",
  ])("does not take %j", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
