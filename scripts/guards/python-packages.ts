/** Finds Python that no layer holds: packages beside those that import-linter is told of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const CODE = /^gpu-node\/src\/([^/]+?)(?:\.py$|\/.*\.py$)/;

/** @param files paths inside the repository. @returns a sentence for each package without layers */
export function packagesWithoutLayers(root: string, files: readonly string[]): string[] {
  const settings = readFileSync(join(root, "gpu-node/pyproject.toml"), "utf8");
  const known = /^root_packages = \[(.*)\]$/m.exec(settings)![1]!;
  const packages = new Set(files.flatMap((file) => CODE.exec(file)?.[1] ?? []));
  return [...packages]
    .filter((name) => !known.includes(`"${name}"`))
    .map((name) => `gpu-node/src/${name} has no layers: name it in root_packages of pyproject.toml`);
}
