/** One call of a script as ioredis sends it, written once: ioredis itself looks at each argument several times. */
import { Command } from "ioredis";

const NAME = "evalsha";
/** Digest, number of keys and first key say what is called. */
const SAID = 3;

export class ScriptCall extends Command {
  /** In place of the arguments: who waits for an answer keeps nothing else. */
  readonly #text: string;

  constructor(args: readonly (string | number)[]) {
    super(NAME, args.slice(0, SAID), { replyEncoding: "utf8" });
    this.#text = written(args, (text) => text.length);
    // Nearly always all of it is ASCII, where characters are bytes.
    if (Buffer.byteLength(this.#text) !== this.#text.length) this.#text = written(args, Buffer.byteLength);
  }

  override toWritable(): string {
    return this.#text;
  }
}

/** As the protocol of Redis writes a command. Joined: a text that grows part by part is several times as much garbage. */
function written(args: readonly (string | number)[], bytesOf: (text: string) => number): string {
  const lines = new Array<string>(2 * args.length + 4).fill("");
  [lines[0], lines[1], lines[2]] = [`*${args.length + 1}`, lengthLine(NAME.length), NAME];
  for (let i = 0; i < args.length; i += 1) {
    const text = String(args[i]);
    lines[2 * i + 3] = lengthLine(bytesOf(text));
    lines[2 * i + 4] = text;
  }
  return lines.join("\r\n");
}

const LENGTH_LINES = Array.from({ length: 256 }, (_, length) => `$${length}`);
const lengthLine = (length: number): string => LENGTH_LINES[length] ?? `$${length}`;
