/**
 * Says what is wrong with the documentation: links that lead nowhere, named tests that do not exist, direct
 * dependencies that THIRD_PARTY_NOTICES.md does not name. Built-ins only; changes nothing.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NOTICES = "THIRD_PARTY_NOTICES.md";

const problems = [...markdownFiles().flatMap(checkPage), ...checkNotices()];
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "links, named tests and notices are right" : `${problems.length} wrong`);
process.exitCode = problems.length === 0 ? 0 : 1;

function markdownFiles() {
  return git("ls-files", "--cached", "--others", "--exclude-standard", "*.md").filter((file) =>
    existsSync(join(ROOT, file)),
  );
}

function git(...args) {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n").filter(Boolean);
}

function read(file) {
  return readFileSync(join(ROOT, file), "utf8");
}

function checkPage(page) {
  const text = read(page).replaceAll(/^```.*?^```/gms, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return [...links.flatMap((link) => checkLink(page, link)), ...checkNamedTests(page, text)];
}

/** Other sites are not asked. */
function checkLink(page, link) {
  if (/^[a-z]+:/.test(link)) return [];
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return [`${page}: ${link} does not exist`];
  if (anchor === undefined) return [];
  return headings(target).has(anchor) ? [] : [`${page}: ${link} names no heading`];
}

function headings(page) {
  const titles = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** `[file](path): "name of a test"; "another"`, as docs/guarantees.md writes it. */
function checkNamedTests(page, text) {
  const named = text.matchAll(/\]\(([^)\s]+)\): ((?:"[^"]+"(?:; )?)+)/g);
  return [...named].flatMap(([, path, list]) => {
    const file = join(dirname(page), path);
    if (!existsSync(join(ROOT, file))) return [];
    const source = read(file);
    const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    return names
      .filter((name) => !source.includes(name))
      .map((name) => `${page}: ${path} has no test "${name}"`);
  });
}

function checkNotices() {
  const text = read(NOTICES).toLowerCase();
  const missing = [...npmDependencies(), ...pythonDependencies()].filter(
    (name) => !text.includes(`\`${name}\``),
  );
  return [...new Set(missing)].map((name) => `${NOTICES}: ${name} is missing`);
}

function npmDependencies() {
  return git("ls-files", "package.json", "**/package.json").flatMap((file) => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(file));
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    return names.filter((name) => !name.startsWith("@myspinbot/")).map((name) => name.toLowerCase());
  });
}

/** Every pinned package of pyproject.toml, those of its groups included, uv and pip-audit. */
function pythonDependencies() {
  const text = ["pyproject.toml", "requirements-uv.in", "requirements-audit.in"]
    .map((name) => read(`gpu-node/${name}`))
    .join("\n");
  return [
    ...text.matchAll(/^[ \t"a-z=[]*?([a-z0-9][a-z0-9._-]*)==/gim),
    ...text.matchAll(/"([a-z0-9._-]+)==/gi),
  ].map(([, name]) => name.toLowerCase());
}
