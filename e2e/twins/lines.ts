/** What an executor has said, as lines to compare: ids, times and executors' names left out. */
import type { NodeResult } from "@myspinbot/contracts/types.ts";
import type { Said } from "./said.ts";

const ULID = /[0-9A-HJKMNP-TV-Z]{26}/g;

export function toLines(said: readonly Said[]): string[] {
  return said.flatMap(({ kind, node, type, body }) => LINES[kind](body as never, node, type)).map(shorten);
}

/** Each language's validators have sentences of their own about a value. How a process died is the plane's, too. */
const inOurWords = (text: string): string => text.replace(/(?<=^|\/\w+ )(must|the value) .*/, "...");

/** What is long is counted. */
const shorten = (line: string): string =>
  line
    .replaceAll(ULID, "ULID")
    .replaceAll(/(\/0){9,}/g, "/0...")
    .replaceAll(/x{99,}/g, (run) => `x*${run.length}`);

type Body = Record<string, string | number>;

const NOTES: Record<string, (body: Body) => string> = {
  "node.started": ({ attempt, engine }) => `begins ${attempt}, ${engine}`,
  "node.progress": ({ done, total, unit }) => `${done}/${total} ${unit}`,
  "node.log": ({ level, message }) => `${level}: ${message}`,
};

const LINES: Record<Said["kind"], (body: Body, node: string, type: string) => string[]> = {
  note: (body, node, type) => [`${node} ${NOTES[type]!(body)}`],
  result: (body) => resultLines(body.result as never),
  ending({ outcome, reason, began, results }) {
    const said = String(reason).replace(/(?<=does not fit its schema: ).*/, "...");
    const why = said === "" ? "" : `: ${said}`;
    const begun = (began as never as string[]).toSorted().join(", ");
    const lines = (results as never as NodeResult[])
      .toSorted(byNode)
      .flatMap(resultLines)
      .map((line) => `  ${line}`);
    return [`${outcome}${why}; began ${begun || "nothing"}`, ...lines];
  },
};

/** Redis keeps them in no order. */
const byNode = (a: NodeResult, b: NodeResult): number => a.node_id.localeCompare(b.node_id);

function resultLines({ node_id, attempt, status, engine, outputs, problem }: NodeResult): string[] {
  const head = `${node_id} ${status} ${attempt}, ${engine}`;
  if (!problem) return [`${head}: ${JSON.stringify(outputs)}`];
  const { type, title, status: number, detail, instance, code, class: problemClass, errors = [] } = problem;
  const about = `${code} ${number} ${problemClass} at ${instance}, "${title}", ${type.split("/").at(-1)}`;
  const what = code === "handler-crashed" ? "..." : inOurWords(detail);
  return [
    `${head}: ${about}: ${what}`,
    ...errors.map((error) => `  ${error.pointer} ${inOurWords(error.detail)}`),
  ];
}
