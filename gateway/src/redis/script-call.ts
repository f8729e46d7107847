/** One call of a script as ioredis sends it, written once: ioredis itself looks at each argument several times. */
import { Command } from "ioredis";

const NAME = "evalsha";
/** Digest, number of keys and first key say what is called. */
const SAID = 3;

/** What is sent, in lists of which each is joined by itself: one list of all that many runs say costs half as much again. */
type Lists = readonly (readonly (string | number)[])[];

export class ScriptCall extends Command {
  /** In place of the arguments: who waits for an answer keeps nothing else. */
  readonly #text: string;

  /** @param lists digest, number of keys, keys, arguments */
  constructor(...lists: Lists) {
    super(NAME, lists.slice(0, SAID).flat().slice(0, SAID), { replyEncoding: "utf8" });
    this.#text = written(lists, true);
    // Nearly always all of it is ASCII, where characters are bytes.
    if (Buffer.byteLength(this.#text) !== this.#text.length) this.#text = written(lists, false);
  }

  override toWritable(): string {
    return this.#text;
  }
}

/** As the protocol of Redis writes a command. Joined: a text that grows part by part is several times as much garbage. */
function written(lists: Lists, isAscii: boolean): string {
  let count = 1;
  for (const list of lists) count += list.length;
  const parts = [`*${count}`, lengthLine(NAME.length), NAME];
  for (const list of lists) if (list.length > 0) parts.push(linesOf(list, isAscii));
  parts.push("");
  return parts.join("\r\n");
}

function linesOf(args: readonly (string | number)[], isAscii: boolean): string {
  const lines = new Array<string>(2 * args.length);
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i]!;
    const text = typeof arg === "string" ? arg : String(arg);
    lines[2 * i] = lengthLine(isAscii ? text.length : Buffer.byteLength(text));
    lines[2 * i + 1] = text;
  }
  return lines.join("\r\n");
}

const LENGTH_LINES = Array.from({ length: 256 }, (_, length) => `$${length}`);
const lengthLine = (length: number): string => LENGTH_LINES[length] ?? `$${length}`;
