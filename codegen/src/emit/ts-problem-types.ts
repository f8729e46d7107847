/** problem-types.ts: the closed list of problem types. */
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitProblemTypes({ problemTypes }: Source): string {
  const table = Object.fromEntries(problemTypes.types.map(({ code, ...rest }) => [code, rest]));
  return `/** The closed list of problem types. ${BANNER} */
import type { Problem } from './types.ts';

export const PROBLEM_BASE = ${tsLiteral(problemTypes.base)};

const TABLE = ${tsLiteral(table)} as const satisfies Record<string, ProblemType>;

export interface ProblemType {
  title: string;
  status: number;
  class: Problem['class'];
}

export type ProblemCode = keyof typeof TABLE;

export const PROBLEM_TYPES: Readonly<Record<ProblemCode, ProblemType>> = TABLE;
`;
}
