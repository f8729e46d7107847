/**
 * Tells Redis user and password together with what is asked first, where distance makes each answer dear. The client would
 * wait for theirs, with every connection, and each event has its own.
 */
import type { RedisAddress } from "../../addresses.ts";

const encoder = new TextEncoder();
const NEW_LINE = 10;
/** A server that wants no password says so, and goes on. */
const UNWANTED = /without any password configured|no password is set/;

/** The command of the protocol; undefined where the address has no password. */
export function loginOf({ user, password }: Pick<RedisAddress, "user" | "password">): Uint8Array | undefined {
  if (password === undefined) return undefined;
  const words = ["AUTH", ...(user === undefined ? [] : [user]), password];
  const parts = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
  return encoder.encode(`*${words.length}\r\n${parts.join("")}`);
}

/** Takes the answer of the login out of what comes; answers with the server's error where it refuses. */
export function withoutReply(): (part: Uint8Array) => Uint8Array | Error {
  let isOver = false;
  let line = "";
  return (part) => {
    if (isOver) return part;
    const end = part.indexOf(NEW_LINE);
    line += new TextDecoder().decode(end < 0 ? part : part.subarray(0, end + 1));
    if (end < 0) return part.subarray(0, 0);
    isOver = true;
    if (!/^[+-]/.test(line)) return new Error(`Protocol error: ${JSON.stringify(line.slice(0, 40))}`);
    if (line.startsWith("-") && !UNWANTED.test(line))
      return Object.assign(new Error(line.slice(1).trim()), { name: "ReplyError" });
    return part.subarray(end + 1);
  };
}
