/** Our images, and what is in each: by its Dockerfile, by the lock files that it installs, and, inside of it, by what lies there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { debianNamed, foundIn, readBase, type Base } from "./base-image.ts";
import { distinct, type Component } from "./document.ts";
import { readStages } from "./dockerfile.ts";
import { modelsIn } from "./models.ts";
import { installedBy, namedIn, type Rows } from "./npm-packages.ts";
import { partsOf, type Parts } from "./parts.ts";
import { environmentAt, lockedIn, machineOf, pythonComponent } from "./python-packages.ts";

export interface Image {
  /** Also of its document. */
  readonly name: string;
  readonly dockerfile: string;
  /** A stage; the last one without it. */
  readonly target?: string;
}

export const IMAGES: readonly Image[] = [
  { name: "gateway", dockerfile: "gateway.Dockerfile" },
  { name: "gpu-node-cpu", dockerfile: "gpu-node.Dockerfile", target: "cpu" },
  { name: "gpu-node-cuda", dockerfile: "gpu-node.Dockerfile", target: "cuda" },
  { name: "gpu-node-plain", dockerfile: "gpu-node.Dockerfile", target: "plain" },
];

export interface Place {
  /** Of the repository. */
  readonly root: string;
  /** As Node.js names it. */
  readonly arch: string;
  /** The file system of a stage of the image, where this is asked while it is built. */
  readonly inside?: string | undefined;
}

/** @throws Error that names the file that is missing, or what is not understood */
export function componentsOf({ dockerfile, target }: Image, place: Place): Component[] {
  const stages = readStages(read(place, `infra/images/${dockerfile}`));
  const parts = partsOf(stages, target ?? stages.at(-1)!.name);
  const base = readBase(parts.base);
  const { packages: rows } = JSON.parse(read(place, "package-lock.json")) as { packages: Rows };
  const python = pythonOf(parts, base, place);
  return distinct([
    ...base.components,
    ...debianNamed(parts.debian),
    ...(place.inside === undefined ? [] : foundIn(place.inside, base.name)),
    ...parts.npm.flatMap((install) => installedBy(rows, install)),
    ...(parts.hasPage ? pageOf(rows, place) : []),
    ...python,
    ...(parts.hasModels ? modelsIn(place.root, rows, python) : []),
  ]);
}

function pythonOf({ locks }: Parts, { version }: Base, place: Place): Component[] {
  if (locks.length === 0) return [];
  const found = environmentAt(join(place.root, ".data", "venv"));
  const machine = machineOf(version, place.arch);
  const locked = locks.flatMap((lock) => lockedIn(read(place, lock), machine, found));
  const names = new Set(locked.map(({ name }) => name));
  // The environment of this machine holds more: what only develops.
  const beside =
    place.inside === undefined ? [] : Array.from(found.values(), (each) => pythonComponent(each));
  return [...locked, ...beside.filter(({ name }) => !names.has(name))];
}

/** What the bundler says that it has put in, and what styles and fonts come from, which it does not say. */
function pageOf(rows: Rows, place: Place): Component[] {
  const bundled = JSON.parse(read(place, "ui/build/packages.json")) as { name: string; version: string }[];
  const named = [...Object.keys(rows.ui?.dependencies ?? {}), "tailwindcss"].flatMap((name) => {
    const { version, link } = rows[`node_modules/${name}`] ?? {};
    return version === undefined || link ? [] : [{ name, version }];
  });
  return namedIn(rows, [...bundled, ...named]);
}

function read({ root }: Place, file: string): string {
  if (!existsSync(join(root, file)))
    throw new Error(
      `${file} is missing: ${file.startsWith("ui/build") ? "npm run bootstrap builds the page" : "it names what the image holds"}`,
    );
  return readFileSync(join(root, file), "utf8");
}
