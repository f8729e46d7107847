/** Answers an approval node. What the answer holds is looked at first; whether it counts is decided by one script. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import type { MailResume, NodeRow, RunApproval, RunResume } from "@myspinbot/contracts/types.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { isFileType } from "../graphs/file-types.ts";
import { elementOf } from "../graphs/list-types.ts";
import { isApproval } from "../graphs/node-place.ts";
import type { NodeType, NodeTypes } from "../graphs/node-types.ts";
import { newPlainId } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { valueProblems } from "./check-lists.ts";
import { canonicalJson } from "../graphs/digest.ts";
import { toIdempotency } from "./idempotency.ts";
import { runNotFound } from "./ids.ts";
import { resolveFiles, type OwnFiles } from "./resolve-files.ts";

export interface ResumeDeps {
  redis: Redis;
  keys: Keys;
  nodeTypes: NodeTypes;
  own: OwnFiles;
}

type Values = Record<string, unknown>;

/**
 * Resolves when the answer counts.
 * @throws AppError with pointers into the answer
 */
export async function resumeRun(
  deps: ResumeDeps,
  run: string,
  answer: RunResume,
  idempotencyKey: string | undefined,
): Promise<void> {
  const { redis, keys, own } = deps;
  const shard = shardOfRun(run);
  const node = answer.node_id;
  const idempotency = await toIdempotency(idempotencyKey, {
    owner: own.owner,
    text: () => canonicalJson(answer),
  });
  const [row, asked] = await fromRedis(
    Promise.all([
      redis.hget(keys.runNodes(shard, run), node),
      redis.hget(keys.runData(shard, run), `approval:${node}`),
    ]),
  );
  const type = row === null ? undefined : deps.nodeTypes.get((JSON.parse(row) as NodeRow).type);
  const { values, files } =
    type && isApproval(type) && asked !== null
      ? await prepareValues(own, answer, type, (JSON.parse(asked) as RunApproval).values)
      : { values: {}, files: [] };
  const { reason, decision } = answer;
  const body: MailResume = {
    kind: "resume",
    node_id: node,
    approved: decision === "accept",
    ...(Object.keys(values).length > 0 ? { data: values } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  const step = steps.resume(keys, {
    ...{ shard, run, node, body: JSON.stringify(body), files: files.join(" ") },
    answerId: idempotency ? `${idempotency.hash}-${idempotency.digest}` : newPlainId("answer"),
  });
  refuse(run, node, await fromRedis(runStep(redis, step)));
}

/** Values that go on in place of those that were shown, with their files kept for the run. */
async function prepareValues(
  own: OwnFiles,
  { decision, values = {} }: RunResume,
  type: NodeType,
  shown: Values,
): Promise<{ values: Values; files: string[] }> {
  const problems = valuesProblems(decision, values, type, shown);
  if (problems.length > 0) throw invalid(problems);
  const context = {
    own,
    used: new Set<string>(),
    invalid: (pointer: string, detail: string) => invalid([{ pointer, detail }]),
  };
  const resolved: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const typed = { type: type.outputs[name]!.type, pointer: pointerOf(name) };
    resolved[name] = await resolveFiles(context, value, typed);
  }
  return { values: resolved, files: [...context.used] };
}

function valuesProblems(
  decision: RunResume["decision"],
  values: Values,
  type: NodeType,
  shown: Values,
): FieldError[] {
  if (decision === "reject" && Object.keys(values).length > 0)
    return [{ pointer: "/values", detail: "cannot stand beside a rejection" }];
  const plain: Values = {};
  const problems = Object.entries(values).flatMap(([name, value]) => {
    if (!Object.hasOwn(shown, name)) {
      const there = Object.keys(shown).join(", ") || "nothing";
      return [{ pointer: pointerOf(name), detail: `was not asked about; shown is ${there}` }];
    }
    const { type: named } = type.outputs[name]!;
    if (!isFileType(elementOf(named) ?? named)) plain[name] = value;
    return valueProblems(named, value, pointerOf(name));
  });
  if (problems.length > 0) return problems;
  return fieldErrors(type.validators.outputs, { ...plain, accepted: true }, "/values");
}

function pointerOf(name: string): string {
  return `/values/${escapePointer(name)}`;
}

function invalid(errors: FieldError[]): AppError {
  const [first] = errors;
  return new AppError("invalid-answer", `The answer does not fit: ${first?.pointer} ${first?.detail}.`, {
    errors,
  });
}

const AT_NODE = "/node_id";

function refuse(run: string, node: string, [word, detail]: AnswerOf<typeof steps.resume>): void {
  const wrong = (what: string) => ({ errors: [{ pointer: AT_NODE, detail: what }] });
  switch (word) {
    case "told":
      return;
    case "missing":
      throw runNotFound(run);
    case "unknown":
      // The body names it, not the address.
      throw new AppError("node-not-found", `${run} has no node "${node}".`, {
        ...wrong("names no node of the run"),
        status: 422,
      });
    case "late":
      throw new AppError("answer-too-late", `"${node}" waited for an answer until its deadline.`);
    case "answered":
      throw new AppError("already-answered", `"${node}" was answered before: ${said(detail)}.`);
    case "ended":
      throw new AppError("run-finished", `${run} is ${detail}; there is nothing to answer any more.`);
    case "idle":
      throw new AppError("not-waiting", `"${node}" does not wait for an answer.`, wrong("does not wait"));
  }
}

function said(body: string): string {
  const { approved, data } = JSON.parse(body) as MailResume;
  if (!approved) return "it was rejected";
  return data ? "it was accepted with other values" : "it was accepted";
}
