/** Finds types of callables with more than four parameters in Python, which its linter reads in definitions only. */
import { lineAt, textOf } from "./text-of.ts";

const CODE = /^gpu-node\/(src|scripts)\/.*\.py$/;
const GENERATED = /^gpu-node\/src\/gpu_node\/contracts\//;
const MOST_PARAMETERS = 4;
const BEGIN = /\bCallable\[\s*\[/g;

/** @param files paths inside the repository. @returns `<file>:<line> has a callable of 5 parameters`, for each */
export function longCallables(root: string, files: readonly string[]): string[] {
  return files
    .filter((file) => CODE.test(file) && !GENERATED.test(file))
    .flatMap((file) => {
      const text = textOf(root, file);
      return [...text.matchAll(BEGIN)]
        .map(({ index, 0: begin }) => ({ index, count: parametersFrom(text, index + begin.length) }))
        .filter(({ count }) => count > MOST_PARAMETERS)
        .map(({ index, count }) => {
          const line = lineAt(text, index);
          return `${file}:${line} has a callable of ${count} parameters: have it take an object`;
        });
    });
}

/** How many stand from there to the bracket that closes them; a comma behind the last begins none. */
function parametersFrom(text: string, from: number): number {
  let [depth, count, isEmpty] = [0, 0, true];
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter === "]" && depth === 0) return isEmpty ? count : count + 1;
    if (letter === "," && depth === 0) {
      count += 1;
      isEmpty = true;
      continue;
    }
    if (/\S/.test(letter)) isEmpty = false;
    if ("[(".includes(letter)) depth += 1;
    if ("])".includes(letter)) depth -= 1;
  }
  return count;
}
