/** Where a run stands when a drive begins: what `collect` and `commit` answer, read. */
import type { Drive } from "@myspinbot/contracts/steps.ts";
import type { MailResume, NodeRow, RunRow } from "@myspinbot/contracts/types.ts";
import { readCheckpointAnswer, type CheckpointAnswer } from "../checkpoints/drive-checkpoint.ts";
import { toRecord } from "../redis/flat.ts";
import { readLetter, type Letter } from "./letter.ts";

export interface OpenTask {
  task: string;
  pool: string;
  entry: string;
}

export interface Situation {
  run: string;
  record: RunRow;
  /** Redis time when the run was locked, ms. */
  now: number;
  rows: Map<string, NodeRow>;
  /** Node -> task that an executor was seen to begin. */
  began: Map<string, string>;
  /** Approval -> the answer that counts. */
  answers: Map<string, MailResume>;
  /** Approval that waits -> ms of Redis at which an answer does not count any more. */
  deadlines: Map<string, number>;
  openTasks: OpenTask[];
  letters: Letter[];
  checkpoint: CheckpointAnswer;
  /** Canonical JSON of the graph, empty when the driver knows it. */
  graph: string;
  /** The run was driven too often without a commit. */
  giveUp: boolean;
}

type Fields = Record<string, unknown>;

/** What a run has before its first drive. */
export function beginningOf({ checkpoint }: Pick<Situation, "checkpoint">): { input: Fields; taken: Fields } {
  return checkpoint.kind === "none" ? checkpoint : { input: {}, taken: {} };
}

function readNodes(flat: string[]): Pick<Situation, "rows" | "began" | "answers" | "deadlines"> {
  const rows = new Map<string, NodeRow>();
  const began = new Map<string, string>();
  const answers = new Map<string, MailResume>();
  const deadlines = new Map<string, number>();
  const facts: Record<string, (node: string, value: string) => void> = {
    began: (node, value) => began.set(node, value.split(" ")[0]!),
    answer: (node, value) => {
      const answer = readAnswer(value);
      if (answer) answers.set(node, answer);
    },
    approval: (node, value) => deadlines.set(node, Number(value)),
  };
  for (const [field, value] of Object.entries(toRecord(flat))) {
    const at = field.indexOf(":");
    if (at < 0) rows.set(field, JSON.parse(value) as NodeRow);
    else facts[field.slice(0, at)]?.(field.slice(at + 1), value);
  }
  return { rows, began, answers, deadlines };
}

/** What `resume` and `commit` keep of a decided approval: `<id> <mail>`, or `late {}`. */
function readAnswer(value: string): MailResume | undefined {
  const at = value.indexOf(" ");
  return value.startsWith("late ") ? undefined : (JSON.parse(value.slice(at + 1)) as MailResume);
}

export function toSituation(run: string, answer: Drive): Situation {
  const [word, record, nodes, tasks, mailbox, checkpoint, graph] = answer;
  const fields = toRecord(record) as unknown as RunRow;
  return {
    run,
    record: fields,
    now: Number(fields.touched),
    ...readNodes(nodes),
    openTasks: Object.entries(toRecord(tasks)).map(([task, row]) => {
      const [pool, entry] = row.split("|") as [string, string];
      return { task, pool, entry };
    }),
    letters: mailbox.map(readLetter),
    // A run that is given up is not thought about, so it comes without its checkpoint.
    checkpoint:
      word === "give_up" ? { kind: "none", input: {}, taken: {} } : readCheckpointAnswer(checkpoint),
    graph,
    giveUp: word === "give_up",
  };
}
