/** Looks at an entry before it is collected: one that nobody can read becomes a dead letter, the loop goes on. */
import { ID_PATTERN } from "@myspinbot/contracts/wire.ts";
import { validateMail, validateNote } from "@myspinbot/contracts/validators.js";
import { shardOfId } from "@myspinbot/contracts/keys.ts";
import type { Entry } from "./collect.ts";

const ID = ID_PATTERN;
const FROM_POOL = new Set(["result", "ending"]);

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function checkBody(entry: Entry): string | null {
  const { fields, source } = entry;
  const body = parse(fields.body);
  if (body === undefined) return "the body is not JSON";
  if (fields.kind === "note") {
    const note = { type: fields.type, node_id: fields.node, data: body };
    return validateNote(note)
      ? null
      : `note: ${validateNote.errors?.[0]?.instancePath} ${validateNote.errors?.[0]?.message}`;
  }
  if (!validateMail(body))
    return `mail: ${validateMail.errors?.[0]?.instancePath} ${validateMail.errors?.[0]?.message}`;
  const kind = (body as { kind: string }).kind;
  if ((source !== "mail") !== FROM_POOL.has(kind)) return `${kind} does not come from ${source}`;
  return source === "mail" || kind === fields.kind ? null : `${kind} was announced as ${fields.kind}`;
}

/** Why an entry cannot be read, or null. */
export function checkEntry(entry: Entry): string | null {
  const { run = "", task = "" } = entry.fields;
  if (!ID.test(run) || !run.startsWith("run_") || shardOfId(run) !== entry.shard)
    return "the run id is not one of this shard";
  if (entry.source !== "mail" && !ID.test(task)) return "the task id is no id";
  return checkBody(entry);
}
