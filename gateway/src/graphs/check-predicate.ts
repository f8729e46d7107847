/** Checks a node's condition: that what it compares exists, and can be compared. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { looseProblems } from "./expressions.ts";
import type { GraphContext } from "./graph-context.ts";
import { COMPARISONS, operandsOf } from "./predicates.ts";
import { resolveReference } from "./reference-types.ts";
import { InvalidReference, parseReference } from "./references.ts";

const SCALARS: ReadonlySet<string> = new Set(["Text", "Number", "Boolean"]);
const TYPE_OF: Record<string, string> = { string: "Text", number: "Number", boolean: "Boolean" };
const MOST_OPERANDS = 200;

/** Where the condition stands. */
interface Place {
  context: GraphContext;
  group: string | undefined;
}

export function checkPredicate(place: Place, predicate: Predicate, pointer: string): FieldError[] {
  const count = operandsOf(predicate).length;
  if (count > MOST_OPERANDS)
    return [{ pointer, detail: `has ${count} operands, and may have ${MOST_OPERANDS}` }];
  return check(place, predicate, pointer);
}

function check(place: Place, predicate: Predicate, pointer: string): FieldError[] {
  const { all, any, not, has, in: within } = predicate;
  for (const [key, parts] of [
    ["all", all],
    ["any", any],
  ] as const)
    if (parts) return parts.flatMap((part, i) => check(place, part, `${pointer}/${key}/${i}`));
  if (not) return check(place, not, `${pointer}/not`);
  if (has !== undefined) return checkHas(place, has, `${pointer}/has`);
  if (within) return checkIn(place, within, `${pointer}/in`);
  const by = COMPARISONS.find((name) => predicate[name])!;
  const [a, b] = predicate[by] as [unknown, unknown];
  return checkSame(place, [
    { value: a, pointer: `${pointer}/${by}/0` },
    { value: b, pointer: `${pointer}/${by}/1` },
  ]);
}

interface Placed {
  value: unknown;
  pointer: string;
}

function checkHas({ context, group }: Place, value: string, pointer: string): FieldError[] {
  try {
    const reference = parseReference(value);
    if (reference.kind === "constant") return [{ pointer, detail: "must be a reference" }];
    const { problem } = resolveReference(context, reference, group);
    return problem ? [{ pointer, detail: problem }] : [];
  } catch (error) {
    if (error instanceof InvalidReference) return [{ pointer, detail: error.message }];
    throw error;
  }
}

function checkIn(place: Place, within: unknown[], pointer: string): FieldError[] {
  const [operand, options] = within;
  if (Array.isArray(operand)) return [{ pointer: `${pointer}/0`, detail: "must be one operand, not a list" }];
  if (!Array.isArray(options))
    return [{ pointer: `${pointer}/1`, detail: "must be the list of what the first may be" }];
  return options.flatMap((value: unknown, i) =>
    checkSame(place, [
      { value: operand, pointer: `${pointer}/0` },
      { value, pointer: `${pointer}/1/${i}` },
    ]).filter((problem) => i === 0 || problem.pointer !== `${pointer}/0`),
  );
}

/** Both sides exist, are scalars, and of one type. */
function checkSame(place: Place, [a, b]: [Placed, Placed]): FieldError[] {
  const left = typeOf(place, a);
  const right = typeOf(place, b);
  const problems = [left, right].flatMap(({ problem }) => (problem ? [problem] : []));
  if (problems.length > 0 || !left.type || !right.type || left.type === right.type) return problems;
  return [{ pointer: b.pointer, detail: `is of type ${right.type}, and is compared with ${left.type}` }];
}

function typeOf(
  { context, group }: Place,
  { value, pointer }: Placed,
): { type?: string; problem?: FieldError } {
  try {
    const reference = parseReference(value);
    if (reference.kind === "constant") {
      const [loose] = looseProblems(value, pointer);
      return loose ? { problem: loose } : { type: TYPE_OF[typeof reference.value]! };
    }
    const { type, problem } = resolveReference(context, reference, group);
    if (problem) return { problem: { pointer, detail: problem } };
    if (type === undefined) return {};
    return SCALARS.has(type)
      ? { type }
      : { problem: { pointer, detail: `is of type ${type}; only texts, numbers and booleans are compared` } };
  } catch (error) {
    if (error instanceof InvalidReference) return { problem: { pointer, detail: error.message } };
    throw error;
  }
}
