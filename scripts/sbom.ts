/** `npm run sbom`: what our images hold, as a document of CycloneDX for each; also called while they are built. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "./command-line.mjs";
import { documentOf } from "./sbom/document.ts";
import { componentsOf, IMAGES } from "./sbom/images.ts";

interface Wishes {
  readonly out?: string;
  readonly only?: string;
  readonly inside?: string;
}

/** Without packages of npm or Python: there are none where images are built. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));

function write({ out, only, inside }: Wishes): void {
  const folder = resolve(process.env.INIT_CWD ?? "", out ?? join(ROOT, ".data", "sbom"));
  const wanted = IMAGES.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0)
    throw new Error(`there is no image ${only}: there are ${IMAGES.map(({ name }) => name).join(", ")}`);
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const epoch = process.env.SOURCE_DATE_EPOCH;
  if (epoch !== undefined && !/^\d{1,12}$/.test(epoch))
    throw new Error(`SOURCE_DATE_EPOCH must be seconds since 1970, and is ${epoch}`);
  const documents = wanted.map((image) => {
    const components = componentsOf(image, { root: ROOT, arch: process.arch, inside });
    const epochS = epoch === undefined ? undefined : Number(epoch);
    return [
      `${image.name}.cdx.json`,
      documentOf({ image: image.name, version, components, epochS }),
      components.length,
    ] as const;
  });
  // All are known before the first is written.
  mkdirSync(folder, { recursive: true });
  for (const [name, text, count] of documents) {
    writeFileSync(join(folder, `${name}.part`), text);
    renameSync(join(folder, `${name}.part`), join(folder, name));
    console.log(`${join(folder, name)}: ${count} components`);
  }
}

try {
  write(readCommandLine("sbom", process.argv.slice(2)).values);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`The list of what is in an image cannot be written: ${error.message}.`);
  process.exitCode = 1;
}
