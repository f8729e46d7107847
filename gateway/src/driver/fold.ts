/** Folds a run's mail into a draft, letter by letter, in the order in which it came. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { MailEnding, MailTimer, Mail } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toProblem } from "../errors/problem.ts";
import { hasDeadlines, overdue } from "./deadlines.ts";
import { endDropped, isCalledBack } from "./recall.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import type { Letter } from "./letter.ts";
import { approvalTimer, decideNode, type ApprovalContext } from "./approvals.ts";
import { declineNodes, endPause } from "./declines.ts";
import { failNode, isUnneeded, letGo, loseNode, reissue, takeResult } from "./results.ts";

/** What mail asks of the whole run; the strongest wish wins later. */
export interface Wishes {
  cancel: boolean;
  expire: boolean;
  timeOut: boolean;
}

export interface FoldGiven extends ApprovalContext {
  /** Overdue nodes that may have ended in time: what was said of them is still to be read. */
  unheard: ReadonlySet<string>;
}

interface FoldContext extends FoldGiven {
  wishes: Wishes;
  /** Where the letter came from: a pool, or `mail`. */
  source: string;
}

function currentNodes(draft: Draft, task: string): string[] {
  return [...draft.rows]
    .filter(([, row]) => row.status === "dispatched" && row.task === task)
    .map(([id]) => id);
}

/** A task that was reaped before anyone began it counts for nothing, so many times per run. */
function isForgiven(draft: Draft, context: FoldContext): boolean {
  const before = Number(
    draft.record.findLast((r) => r.field === "reaped")?.value ?? context.situation.record.reaped ?? 0,
  );
  draft.record.push({ field: "reaped", value: String(before + 1) });
  return before < DEFAULTS.max_reaped_unbegun;
}

/** Nodes of which the task has said nothing; those that nobody needs are over with it. */
function leftOf(draft: Draft, context: FoldContext, task: string): string[] {
  const left = currentNodes(draft, task);
  const gone = left.filter((node) => isUnneeded(draft, context, node));
  for (const node of gone) letGo(draft, context, node);
  return left.filter((node) => !gone.includes(node));
}

interface Left {
  task: string;
  left: string[];
}

function begunOf({ situation }: FoldContext, { task, left }: Left, mail: MailEnding): ReadonlySet<string> {
  return new Set([...mail.began, ...left.filter((node) => situation.began.get(node) === task)]);
}

/** In a run that is canceling nothing is issued again: what an executor had begun has ended with its task. */
function endBegun(draft: Draft, context: FoldContext, ended: Left, mail: MailEnding): void {
  const began = begunOf(context, ended, mail);
  for (const node of ended.left)
    if (began.has(node)) cancelNode(draft, node, context.now);
    else reissue(draft, node, false);
}

function takeLost(draft: Draft, context: FoldContext, { task, left }: Left, mail: MailEnding): void {
  const began = begunOf(context, { task, left }, mail);
  const forgiven = left.every((node) => !began.has(node)) && left.length > 0 && isForgiven(draft, context);
  for (const node of left) {
    if (began.has(node) || (!forgiven && began.size === 0)) loseNode(draft, context, node, mail.reason);
    else reissue(draft, node, false);
  }
}

function takeEnding(draft: Draft, context: FoldContext, task: string, mail: MailEnding): void {
  for (const result of mail.results) takeResult(draft, context, { pool: context.source, task, result });
  const left = leftOf(draft, context, task);
  if (context.situation.record.status === "canceling") {
    endBegun(draft, context, { task, left }, mail);
  } else if (mail.outcome === "lost") {
    takeLost(draft, context, { task, left }, mail);
  } else if (mail.outcome === "mismatch") {
    for (const node of left) {
      draft.clear.push(node);
      failNode(draft, context, node, toProblem("task-mismatch", mail.reason));
    }
  } else if (mail.outcome === "declined") {
    declineNodes(draft, context, left, mail.reason);
  } else {
    // Settled without a word about these: what they wait for failed. Released or canceled: nobody began to count.
    for (const node of left) reissue(draft, node, false);
  }
}

function takeTimer(draft: Draft, context: FoldContext, mail: MailTimer): void {
  if (mail.timer === "start_deadline") context.wishes.expire = true;
  if (mail.timer === "run_deadline") context.wishes.timeOut = true;
  if (mail.timer === "approval") decideNode(draft, context, mail.rest);
  if (mail.timer !== "retry") return;
  const [node, attempt] = mail.rest.split(":") as [string, string];
  const row = draft.rows.get(node);
  if (row?.held && row.attempt + 1 === Number(attempt)) endPause(draft, context, node);
}

/**
 * Issues again what nothing would wake: a retry or a deadline whose timer is gone, a dispatched node whose task is
 * gone, an answer whose mail is gone.
 */
function takeCheck(draft: Draft, context: FoldContext): void {
  const open = new Set(context.situation.openTasks.map((task) => task.task));
  for (const [node, row] of draft.rows) {
    if (row.held) {
      const member = timerMembers.retry(context.run, node, String(row.attempt + 1));
      draft.timers.push({ member, delay_ms: DEFAULTS.retry_backoff_ms });
    } else if (row.status === "dispatched" && !open.has(row.task ?? "")) {
      if (isCalledBack(row)) endDropped(draft, context.situation, node);
      else reissue(draft, node, false);
    } else if (row.status === "waiting") {
      decideNode(draft, context, node);
    }
  }
}

const HANDLERS: {
  [K in Mail["kind"]]: (draft: Draft, context: FoldContext, task: string, mail: Mail & { kind: K }) => void;
} = {
  submitted: () => {},
  resume: (draft, context, _, mail) => decideNode(draft, context, mail.node_id),
  check: (draft, context) => takeCheck(draft, context),
  cancel: (_, context) => {
    context.wishes.cancel = true;
  },
  timer: (draft, context, _, mail) => takeTimer(draft, context, mail),
  result: (draft, context, task, mail) =>
    takeResult(draft, context, { pool: context.source, task, result: mail.result }),
  ending: (draft, context, task, mail) => takeEnding(draft, context, task, mail),
};

/** Folds all letters of the situation into the draft and answers what they wish for the run. */
export function foldMail(draft: Draft, context: FoldGiven): Wishes {
  const fold: FoldContext = {
    ...context,
    wishes: { cancel: false, expire: false, timeOut: false },
    source: "mail",
  };
  for (const letter of context.situation.letters) take(draft, { ...fold, source: letter.source }, letter);
  expireNodes(draft, context);
  return fold.wishes;
}

/** What was said in time is read by whoever has it before them, which wakes the run; this is for those who die. */
const UNHEARD_MS = 100;

/** Whether or not their timers were heard; what lies in the mailbox came before. */
function expireNodes(draft: Draft, context: FoldGiven): void {
  if (!hasDeadlines(context.model)) return;
  for (const { node, seconds } of overdue(draft.rows, context.model, context.now)) {
    const row = draft.rows.get(node)!;
    if (context.unheard.has(node)) {
      draft.timers.push({ member: timerMembers.deadline(context.run, node), delay_ms: UNHEARD_MS });
      continue;
    }
    if (row.held) draft.untimers.push(timerMembers.retry(context.run, node, String(row.attempt + 1)));
    if (row.status === "waiting") draft.untimers.push(approvalTimer(context.run, node));
    if (row.status !== "pending") draft.clear.push(node);
    if (row.task !== undefined) draft.recalled.push(row.task);
    failNode(
      draft,
      context,
      node,
      toProblem("node-deadline", `It had ${seconds} s from its first dispatch.`),
    );
  }
}

function take(draft: Draft, context: FoldContext, { body, task = "" }: Letter): void {
  (HANDLERS[body.kind] as (draft: Draft, context: FoldContext, task: string, mail: Mail) => void)(
    draft,
    context,
    task,
    body,
  );
}

function cancelNode(draft: Draft, node: string, now: number): void {
  const reason = draft.rows.get(node)!.reason ?? "run";
  addEvent(draft, "node.canceled", node, { reason });
  setRow(draft, node, { status: "canceled", reason, held: undefined, task: undefined, completed_at: now });
}

/** Ends the nodes that will not run any more, when a run ends before them. */
export function cancelNodes(draft: Draft, run: string, now: number): void {
  for (const [node, row] of draft.rows) {
    // Stands for its instances, which have rows of their own.
    if (row.instances !== undefined) continue;
    if (row.held) draft.untimers.push(timerMembers.retry(run, node, String(row.attempt + 1)));
    if (row.status === "waiting") draft.untimers.push(approvalTimer(run, node));
    if (row.status !== "dispatched" && row.status !== "waiting" && row.status !== "pending") continue;
    const reason = row.reason ?? "run";
    if (row.status === "pending") {
      setRow(draft, node, { status: "canceled", reason, held: undefined, completed_at: now });
    } else {
      draft.clear.push(node);
      cancelNode(draft, node, now);
    }
  }
}
