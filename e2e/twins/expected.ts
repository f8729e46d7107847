/** What an executor is expected to say of a task, as lines. */
import { PROBLEM_TYPES, type ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type { NodeSpec } from "./nodes.ts";

export interface Case {
  name: string;
  nodes: readonly NodeSpec[];
  /** What is unusual about the task. */
  task?: object;
  lines: readonly string[];
}

export interface Failure {
  code: string;
  detail: string;
  errors?: readonly string[];
  class?: string;
}

/** Lines of a failed result; of a handler's own code the title is that of any failure. */
export function failed(node: string, { code, detail, errors = [], ...said }: Failure): string[] {
  const {
    title,
    status,
    class: known,
  } = PROBLEM_TYPES[code as ProblemCode] ?? PROBLEM_TYPES["handler-failed"];
  const about = `${code} ${status} ${said.class ?? known} at ${node}, "${title}", ${code}`;
  return [`  ${node} failed 1, first: ${about}: ${detail}`, ...errors.map((error) => `    ${error}`)];
}
export const worked = (...last: string[]): string[] => ["a begins 1, first", "settled; began a", ...last];
export const made = (outputs: object): string[] =>
  worked(`  a succeeded 1, first: ${JSON.stringify(outputs)}`);

export const NO_TEXT = {
  code: "text-empty",
  detail: "There is nothing to say.",
  errors: ["/inputs/a There is nothing to say."],
};
export const UNFIT = {
  code: "text-empty",
  detail: "The text is unfit.",
  errors: ["/inputs/a The text is unfit."],
};
export const UNEXPECTED = {
  code: "handler-failed",
  detail: "The handler failed; the log knows more under ULID.",
};
export const wrongInput = (node: string, what: string, end = "."): Failure => {
  return {
    code: "invalid-input",
    detail: `The node ${node} got what odd does not take: ${what}${end}`,
    errors: [what],
  };
};
