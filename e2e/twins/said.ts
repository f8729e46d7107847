/** What the executors of one pool say, in their order, each word judged as drivers judge it. */
import type { Note } from "@myspinbot/contracts/types.ts";
import { validateMail, validateNote } from "@myspinbot/contracts/validators.js";
import { Redis } from "ioredis";

export interface Said {
  kind: "note" | "result" | "ending";
  node: string;
  /** Of notes; empty otherwise. */
  type: Note["type"] | "";
  body: Record<string, unknown>;
}

export interface Sayings {
  /** What has been said about a task until `last` holds, for the first time. */
  until(task: string, last: (said: Said) => boolean): Promise<Said[]>;
  heard(task: string): Said[];
  stop(): Promise<void>;
}

export function listen(redisUrl: string, stream: string): Sayings {
  const reader = new Redis(redisUrl);
  const said = new Map<string, Said[]>();
  const listeners = new Set<() => void>();
  let open = true;
  const heard = (task: string): Said[] => said.get(task) ?? [];

  async function read(): Promise<void> {
    let seen = "0";
    while (open) {
      const reply = await reader.xread("BLOCK", 20_000, "STREAMS", stream, seen).catch(() => null);
      for (const [id, flat] of reply?.[0]?.[1] ?? []) {
        seen = id;
        const { task, ...word } = toSaid(flat);
        said.set(task, [...heard(task), word]);
      }
      for (const look of listeners) look();
    }
  }
  const reading = read();

  return {
    heard,
    until: (task, last) =>
      new Promise((resolve) => {
        const look = (): void => {
          const all = heard(task);
          const end = all.findIndex(last);
          if (end < 0) return;
          listeners.delete(look);
          resolve(all.slice(0, end + 1));
        };
        listeners.add(look);
        look();
      }),
    async stop() {
      open = false;
      reader.disconnect();
      await reading;
    },
  };
}

function toSaid(flat: readonly string[]): Said & { task: string } {
  const fields = Object.fromEntries(flat.flatMap((_, i) => (i % 2 ? [] : [[flat[i]!, flat[i + 1]!]])));
  const { task, kind, node, type, body } = fields as Record<string, string>;
  const word = { task: task!, kind, node, type, body: JSON.parse(body!) as Said["body"] };
  assertFits(word);
  return word as Said & { task: string };
}

/** Whatever an executor says must be what drivers take. */
function assertFits({ kind, type, node, body }: { [part in keyof Said]: unknown }): void {
  const isNote = kind === "note";
  const validate = isNote ? validateNote : validateMail;
  const told = isNote ? { type, node_id: node, data: body } : body;
  if (!validate(told))
    throw new Error(`${JSON.stringify(body)} does not fit: ${JSON.stringify(validate.errors)}`);
}
