/** Reads one letter of a run's mailbox. */
import type { Mail, NodeResult } from "@myspinbot/contracts/types.ts";
import { toProblem } from "../errors/problem.ts";
import { inexactNumbers, MOST_ERRORS } from "../exact-numbers.ts";

export interface Letter {
  /** `mail` or the pool whose reports it came from. */
  source: string;
  entry: string;
  /** The task that a report is about. */
  task?: string | undefined;
  body: Mail;
}

const IN_OUTPUTS = /^\/body\/(?:result|results\/(\d+))\/outputs(\/.*)$/s;

/**
 * Results with numbers that 64 bits cannot keep count as failed: whoever reads them next would read other numbers than
 * the node wrote.
 */
export function readLetter(text: string): Letter {
  const letter = JSON.parse(text) as Letter;
  const results = resultsOf(letter.body);
  if (results.length === 0) return letter;
  const wrong = inexactNumbers(text);
  for (const { pointer, detail } of wrong) {
    const [, index = "0", output] = IN_OUTPUTS.exec(pointer) ?? [];
    const result = output === undefined ? undefined : results[Number(index)];
    if (result) fail(result, `${output} ${detail}`);
  }
  // There may be more, of which nothing was said.
  if (wrong.length === MOST_ERRORS)
    for (const result of results) fail(result, "too many numbers cannot be kept exactly");
  return letter;
}

function resultsOf(body: Mail): NodeResult[] {
  if (body.kind === "result") return [body.result];
  return body.kind === "ending" ? body.results : [];
}

/** The first reason stays. */
function fail(result: NodeResult, detail: string): void {
  if (result.status === "failed") return;
  result.status = "failed";
  result.problem = toProblem("invalid-output", detail);
}
