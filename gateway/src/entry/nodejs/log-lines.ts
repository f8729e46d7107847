/** Gathers lines of the log: those of one turn of the event loop go out in one write, which costs more than they do. */

export interface LogLines {
  /** Takes one line without its end. */
  write(line: string): void;
  /** Writes what is still held: nothing may be lost at the end of the process. */
  flush(): void;
}

/** @param behind calls back behind all that this turn says */
export function gatherLines(write: (text: string) => void, behind: (flush: () => void) => void): LogLines {
  let held = "";
  const flush = (): void => {
    if (held === "") return;
    const text = held;
    held = "";
    write(text);
  };
  return {
    write(line) {
      if (held === "") behind(flush);
      held += `${line}\n`;
    },
    flush,
  };
}
