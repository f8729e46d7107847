/** The file in which a Python process tells what its handlers have heard; see bench/python/ledger.py. */
import { existsSync, openSync, readSync, closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export class LedgerFile {
  readonly path: string;
  #offset = 0;
  #rest = "";
  readonly #lines: string[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** The next line as JSON; throws when none comes in time. */
  async next<T>(withinMs: number): Promise<T> {
    const deadline = performance.now() + withinMs;
    while (this.#lines.length === 0) {
      this.#read();
      if (this.#lines.length > 0) break;
      if (performance.now() > deadline) throw new Error(`nothing was written to ${this.path}`);
      await sleep(5);
    }
    return JSON.parse(this.#lines.shift() as string) as T;
  }

  #read(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r");
    const chunk = Buffer.alloc(65_536);
    for (let length = 1; length > 0;) {
      length = readSync(file, chunk, 0, chunk.length, this.#offset);
      this.#offset += length;
      this.#rest += chunk.toString("utf8", 0, length);
    }
    closeSync(file);
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    this.#lines.push(...lines);
  }
}
