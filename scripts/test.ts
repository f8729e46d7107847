/**
 * `npm test`: all tests of both languages, side by side: either waits for servers and processes much of the time.
 * `npm run test:unit`, `test:int`, `test:e2e`: a part.
 * Further arguments go to Vitest, or to pytest if they name Python: `npm run test:unit -- run-service`.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { ROOT, VENV } from "./services/binaries.ts";
import { runStepBeside, runStepQuietly, type Step } from "./steps.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of those that failed. */
  readonly names: readonly string[];
}

/** Of Vitest's report. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

type RunStep = (step: Step) => Promise<number>;
type Runner = (runStep: RunStep) => Promise<string>;

/** Each with its projects of Vitest. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  unit: ["unit"],
  int: ["int", "int-edge"],
  e2e: ["e2e"],
};
const REPORTS = join(ROOT, ".data", "test-reports");
/** pytest's exit status for "no test was selected", which is no failure of a part. */
const NO_TESTS = 5;
/** Whoever sees only the end of the output shall see what failed. */
const MOST_NAMES = 20;

const { words, values } = readCommandLine("test", process.argv.slice(2));
const { name } = values as { name?: string };
const part = Object.keys(PARTS).find((each) => each === words[0]);
const filters = part === undefined ? words : words.slice(1);
const pythonFilters = filters.filter((word) => /\.py(::|$)/.test(word));
const nodeFilters = filters.filter((word) => !pythonFilters.includes(word));

mkdirSync(REPORTS, { recursive: true });
const runners: Runner[] = [];
if (pythonFilters.length === 0 || nodeFilters.length > 0) runners.push(runVitest);
if (part !== "e2e" && (nodeFilters.length === 0 || pythonFilters.length > 0)) runners.push(runPytest);
// Of two the first is seen at work.
const lines = await Promise.all(runners.map((run, i) => run(i === 0 ? runStepBeside : runStepQuietly)));
console.log(`\n${lines.join("\n")}`);

async function runVitest(runStep: RunStep): Promise<string> {
  const report = freshReport("vitest.json");
  const projects = (PARTS[part ?? ""] ?? []).flatMap((project) => ["--project", project]);
  const status = await runStep({
    name: "vitest",
    command: process.execPath,
    args: [
      join(ROOT, "node_modules", "vitest", "vitest.mjs"),
      "run",
      ...["--passWithNoTests", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
      ...projects,
      ...(name === undefined ? [] : ["-t", name]),
      ...nodeFilters,
    ],
  });
  return close("vitest", status, () => {
    const found = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
    const names = found.testResults
      .filter(({ status }) => status === "failed")
      .flatMap(({ name, assertionResults }) => {
        const file = relative(ROOT, name);
        const failed = assertionResults.filter(({ status }) => status === "failed");
        return failed.length === 0 ? [file] : failed.map(({ fullName }) => `${file}: ${fullName}`);
      });
    const skipped = found.numPendingTests + found.numTodoTests;
    return { passed: found.numPassedTests, failed: found.numFailedTests, skipped, names };
  });
}

async function runPytest(runStep: RunStep): Promise<string> {
  const report = freshReport("pytest.xml");
  const marks = { unit: ["-m", "not integration"], int: ["-m", "integration"] }[part ?? ""] ?? [];
  const chosen = name === undefined ? [] : ["-k", name];
  const status = await runStep({
    name: "pytest",
    command: join(VENV, "bin", "python"),
    args: ["-m", "pytest", "-q", "-rfE", `--junit-xml=${report}`, ...marks, ...chosen, ...pythonFilters],
    cwd: "gpu-node",
  });
  return close("pytest", status === NO_TESTS ? 0 : status, () => {
    const text = readFileSync(report, "utf8");
    const suite = /<testsuite [^>]*>/.exec(text)?.[0] ?? "";
    const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const [failed, skipped] = [count("failures") + count("errors"), count("skipped")];
    const names = text
      .split("<testcase ")
      .filter((test) => /<(failure|error) /.test(test))
      .map((test) => /classname="([^"]*)" name="([^"]*)"/.exec(test)?.slice(1).join(": ") ?? "");
    return { passed: count("tests") - failed - skipped, failed, skipped, names };
  });
}

/** Names of what failed, and one closing line per runner; a runner that broke counts as a failure even if every test passed. */
function close(runner: string, status: number, read: () => Counts): string {
  if (status !== 0) process.exitCode = 1;
  try {
    const { passed, failed, skipped, names } = read();
    const line = `${runner}: ${passed} passed, ${status !== 0 && failed === 0 ? 1 : failed} failed`;
    return [
      ...names.slice(0, MOST_NAMES).map((name) => `${runner} failed: ${name}`),
      skipped > 0 ? `${line}, ${skipped} skipped` : line,
    ].join("\n");
  } catch {
    process.exitCode = 1;
    return `${runner}: 0 passed, 1 failed`;
  }
}

function freshReport(name: string): string {
  const path = join(REPORTS, name);
  rmSync(path, { force: true });
  return path;
}
