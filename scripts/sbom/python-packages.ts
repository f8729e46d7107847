/** Says which packages lock files of Python put into an image, with the licences that an environment knows of them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { licenseOf, type Component } from "./document.ts";

/** What a package says of itself. */
export interface Said {
  name: string;
  version: string;
  license?: string | undefined;
}

/** What an image is, in the words of conditions in lock files. */
export type Machine = Readonly<Record<string, string>>;

export function machineOf(python: string, arch: string): Machine {
  return {
    python_full_version: python,
    python_version: python.split(".").slice(0, 2).join("."),
    implementation_name: "cpython",
    platform_python_implementation: "CPython",
    sys_platform: "linux",
    platform_system: "Linux",
    os_name: "posix",
    platform_machine: arch === "arm64" ? "aarch64" : "x86_64",
  };
}

const PINNED = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*(?:\\|$)/;
const HASH = /--hash=sha256:([0-9a-f]{64})/g;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** @throws Error that names the line that is not understood */
export function lockedIn(lock: string, machine: Machine, said: ReadonlyMap<string, Said>): Component[] {
  const rows = lock
    .replaceAll(/\\\n\s*/g, " \\ ")
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line));
  return rows.flatMap((row) => {
    const [, name = "", version = "", condition = ""] = PINNED.exec(row) ?? [];
    if (name === "") throw new Error(`"${row.slice(0, 60)}" in a lock file is not understood`);
    if (!holds(condition.trim(), machine)) return [];
    const digests = Array.from(row.matchAll(HASH), ([, content]) => ({ alg: "SHA-256", content: content! }));
    const known = said.get(plain(name));
    return [
      pythonComponent(
        { name, version, license: known?.version === version ? known.license : undefined },
        digests,
      ),
    ];
  });
}

export function pythonComponent(
  { name, version, license }: Said,
  digests: { alg: string; content: string }[] = [],
): Component {
  const purl = `pkg:pypi/${plain(name)}@${version}`;
  // A wheel for each kind of machine: which of them is unpacked is decided as it is installed.
  const wheels = { type: "distribution" as const, url: purl, hashes: digests };
  return {
    ...{ type: "library", name: plain(name), version, purl },
    ...licenseOf(license),
    ...(digests.length === 0 ? {} : { externalReferences: [wheels] }),
  };
}

/** What lies in an environment, by name; nothing where there is none. */
export function environmentAt(venv: string): Map<string, Said> {
  const lib = join(venv, "lib");
  const folders = existsSync(lib) ? readdirSync(lib).map((python) => join(lib, python, "site-packages")) : [];
  const found = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".dist-info"))
      .map((name) => saidIn(readFileSync(join(folder, name, "METADATA"), "utf8"))),
  );
  return new Map(found.map((each) => [plain(each.name), each]));
}

function saidIn(metadata: string): Said {
  const head = metadata.split("\n\n", 1)[0]!;
  const valueOf = (field: string): string | undefined =>
    new RegExp(`^${field}: (.+)$`, "m").exec(head)?.[1]?.trim();
  const classifiers = Array.from(
    head.matchAll(/^Classifier: License :: (?:OSI Approved :: )?(.+)$/gm),
    ([, name]) => name,
  );
  // Some write their whole licence into that field.
  const short = valueOf("License");
  const license =
    valueOf("License-Expression") ??
    (short && short.length < 60 && short !== "UNKNOWN" ? short : classifiers.join(", "));
  return { name: valueOf("Name") ?? "", version: valueOf("Version") ?? "", license };
}

const CONDITION = /^(\w+)\s*(==|!=|<=|>=|<|>)\s*'([^']*)'$/;

/** Whether a condition as `python_full_version >= '3.12' and sys_platform == 'linux'` is true; "and" binds closer. */
function holds(condition: string, machine: Machine): boolean {
  if (condition === "") return true;
  return condition
    .split(/\s+or\s+/)
    .some((all) => all.split(/\s+and\s+/).every((one) => isSo(one.trim(), machine)));
}

function isSo(condition: string, machine: Machine): boolean {
  const [, name = "", operator, wanted = ""] = CONDITION.exec(condition) ?? [];
  const value = machine[name];
  if (value === undefined) throw new Error(`the condition ${condition} in a lock file is not understood`);
  const order = name.startsWith("python_") ? byVersion(value, wanted) : value === wanted ? 0 : 1;
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
