/**
 * Says which packages `npm ci` leaves in an image: by the lock file, and by which workspaces are there. `npm sbom` does
 * not: it lists wrangler and leaves out @langchain/core, because it judges with all workspaces and by other flags.
 */
import { licenseOf, type Component } from "./document.ts";

/** A row of package-lock.json, as far as it matters. */
interface Row {
  version?: string;
  /** Of a workspace: its folder. */
  resolved?: string;
  link?: boolean;
  integrity?: string;
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export type Rows = Readonly<Record<string, Row>>;

const MODULES = "node_modules/";
const namesOf = (record: object = {}): string[] => Object.keys(record);
const nameOf = (place: string): string => place.slice(place.lastIndexOf(MODULES) + MODULES.length);

/** What must be there for a package to work. */
const needs = (row: Row): string[] => [
  ...namesOf(row.dependencies).filter((name) => row.optionalDependencies?.[name] === undefined),
  ...namesOf(row.peerDependencies).filter((name) => row.peerDependenciesMeta?.[name]?.optional !== true),
];

/** What is taken where it is there; of a workspace also what only develops. */
const names = (row: Row, place: string): string[] => [
  ...[row.dependencies, row.optionalDependencies, row.peerDependencies].flatMap(namesOf),
  ...(place.includes(MODULES) ? [] : namesOf(row.devDependencies)),
];

/** @param folders of the workspaces that are there when `npm ci --omit=dev --omit=optional --workspace` is called */
export function installedBy(
  rows: Rows,
  { workspace, folders }: { workspace: string; folders: readonly string[] },
): Component[] {
  const links = namesOf(rows).filter(
    (place) => rows[place]!.link && folders.includes(rows[place]!.resolved!),
  );
  const own = links.filter((place) => rows[place]!.resolved === workspace);
  if (own.length === 0) throw new Error(`package-lock.json has no workspace ${workspace}`);
  const roots = namesOf(rows[""]?.dependencies).map((name) => MODULES + name);
  // What is meant for production anywhere, and of that what the workspace names in any way.
  const kept = reach(rows, folders, [...links, ...roots], needs);
  return [...reach(rows, folders, own, names)]
    .filter((place) => kept.has(place) && !rows[place]!.link)
    .map((place) => componentOf(place, rows[place]!));
}

/** @param bundled what the bundler has put into the page */
export function namedIn(rows: Rows, bundled: readonly { name: string; version: string }[]): Component[] {
  return bundled.map(({ name, version }) => {
    const place = namesOf(rows).find((each) => nameOf(each) === name && rows[each]!.version === version);
    if (place === undefined)
      throw new Error(`${name} ${version} is in the page, and not in package-lock.json`);
    return componentOf(place, rows[place]!);
  });
}

export function componentOf(place: string, { version = "", integrity, license }: Row): Component {
  const name = nameOf(place);
  const [scope, rest] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return {
    type: "library",
    ...(scope === undefined ? {} : { group: scope }),
    name: rest,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    ...(integrity === undefined ? {} : { hashes: hashesOf(integrity) }),
    ...licenseOf(license),
  };
}

/** @param integrity as in `sha512-<base64>` */
export function hashesOf(integrity: string): { alg: string; content: string }[] {
  return integrity.split(" ").map((each) => {
    const [alg = "", content = ""] = each.split(/-(.*)/s);
    return {
      alg: alg.toUpperCase().replace("SHA", "SHA-"),
      content: Buffer.from(content, "base64").toString("hex"),
    };
  });
}

function reach(
  rows: Rows,
  folders: readonly string[],
  starts: readonly string[],
  next: (row: Row, place: string) => string[],
): Set<string> {
  const seen = new Set<string>();
  const left = [...starts];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { link, resolved = "" } = rows[place]!;
    if (seen.has(place) || (link && !folders.includes(resolved))) continue;
    seen.add(place);
    const real = link ? resolved : place;
    for (const name of next(rows[real]!, real)) {
      const found = resolve(rows, real, name);
      if (found !== undefined) left.push(found);
    }
  }
  return seen;
}

/** Where a package finds another, as Node.js does: beside it, and further and further up. */
function resolve(rows: Rows, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : "") {
    const place = `${folder === "" ? "" : `${folder}/`}${MODULES}${name}`;
    if (rows[place]) return place;
    if (folder === "") return undefined;
  }
}
