import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { helpOf, readCommandLine, refuseWhatNpmTook, UsageError } from "./command-line.mjs";
import { COMMANDS } from "./commands.mjs";
import { ROOT } from "./services/binaries.ts";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const names = Object.keys(COMMANDS);
const front = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, "scripts", "run.mjs"), ...args], { encoding: "utf8" });

// npm hands a signal to the shell that it starts, which would die of it and leave all others: so there must be none.
test("the table has the commands of package.json, in place of a shell, and no others", () => {
  const called = Object.values(scripts).map(
    (line) => /^exec node scripts\/run\.mjs ([\w:]+)/.exec(line)?.[1],
  );
  expect(new Set(called)).toEqual(new Set(names));
});

const judgesItself = (name: string): boolean => COMMANDS[name]?.passesOn === true;

test("msb judges what was typed to it by itself", () => {
  expect(names.filter(judgesItself)).toEqual(["msb"]);
});

test.each(names.filter((name) => !judgesItself(name)))(
  "%s answers --help at once and refuses what it does not know",
  (name) => {
    const helped = front(name, "--help");
    expect(helped.stdout).toContain(`npm run ${name} -- [options]`);
    expect([helped.status, helped.stderr]).toEqual([0, ""]);
    const refused = front(name, "--halp");
    expect([refused.status, refused.stdout]).toEqual([2, ""]);
    // One line: nothing was installed, started or removed on the way.
    expect(refused.stderr).toMatch(/^npm run [\w:]+ has no option --halp: .*\n$/);
    for (const option of ["-x", "--__proto__", "--help=1", "--constructor"])
      expect(() => readCommandLine(name, [option])).toThrow(UsageError);
  },
);

test("a command that does not exist is answered with those that do", () => {
  for (const args of [["cleen"], [], ["constructor"]]) {
    const { status, stderr } = front(...args);
    expect(status).toBe(2);
    expect(stderr).toContain("clean");
  }
});

test("the benchmarks of the table are those of the folder", () => {
  const files = readdirSync(join(ROOT, "bench", "src")).filter((name) => name.endsWith(".bench.ts"));
  expect(COMMANDS.bench?.words?.among).toEqual(files.map((name) => name.replace(".bench.ts", "")).sort());
  expect(() => readCommandLine("bench", ["drives"])).toThrow('npm run bench knows no "drives"');
  expect(() => readCommandLine("bench", [])).toThrow("npm run bench needs NAME");
});

test("options take what belongs to them", () => {
  expect(readCommandLine("voices", ["--only", "heart", "slt", "--text=-5"]).values).toEqual({
    only: ["heart", "slt"],
    text: "-5",
  });
  expect(readCommandLine("test", ["unit", "-t", "a name"])).toMatchObject({
    words: ["unit"],
    values: { name: "a name" },
  });
  expect(() => readCommandLine("demo", ["--topic", "a", "--topic", "b"])).toThrow(UsageError);
});

test("an option that npm took for itself is not passed over in silence", () => {
  expect(() => refuseWhatNpmTook("clean", { npm_config_all: "true" })).toThrow(
    'npm run clean did not get --all, which npm takes for itself unless "--" goes before it',
  );
  expect(() =>
    refuseWhatNpmTook("clean", { npm_config_cache: "/cache", npm_config_loglevel: "error" }),
  ).not.toThrow();
});

test("sheet looks for the film in the folder from which it was called", () => {
  const env = { ...process.env, INIT_CWD: "/somewhere" };
  const script = join(ROOT, "scripts", "sheet.ts");
  const { stderr } = spawnSync(process.execPath, [script, "film.mp4"], { cwd: ROOT, env, encoding: "utf8" });
  expect(stderr).toBe("/somewhere/film.mp4 does not exist.\n");
});

test("help fits a terminal", () => {
  for (const name of names)
    for (const line of helpOf(name).split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("what the front door runs is known to git", () => {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "scripts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const name of names.filter((each) => !["bootstrap", "clean"].includes(each)))
    expect(files).toContain(`scripts/${name.replace(":", "-")}.ts`);
});
