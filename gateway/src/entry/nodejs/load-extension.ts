/** Loads the modules of extensions from the disk. */
import { existsSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { extensionError, joined, type Extension, type LoadedExtension } from "../extension.ts";

/** What a folder is entered by. */
const ENTRIES = ["gateway.ts", "gateway.js", "index.ts", "index.js"];

/** @param paths files or folders, several with commas; empty for none; relative to the working directory. */
export async function loadExtension(paths: string): Promise<Extension> {
  return joined(await loadExtensions(paths));
}

/** @throws Error that names each file that cannot be loaded, and why. */
export async function loadExtensions(paths: string): Promise<LoadedExtension[]> {
  const files = paths
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
  if (files.length > 0) offerContracts();
  const faults: string[] = [];
  const loaded: LoadedExtension[] = [];
  for (const file of files) {
    try {
      const module = (await import(pathToFileURL(entryOf(resolve(file))).href)) as Extension;
      loaded.push({ file, module });
    } catch (error) {
      faults.push(`${file}: cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0) throw extensionError(faults);
  return loaded;
}

function entryOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const entry = ENTRIES.map((name) => join(path, name)).find((each) => existsSync(each));
  if (entry === undefined) throw new Error(`the folder has none of ${ENTRIES.join(", ")}`);
  return entry;
}

let offered = false;

/** Lets a module outside the repository import `@myspinbot/contracts`, as if it lay here. */
function offerContracts(): void {
  if (offered) return;
  offered = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith("@myspinbot/contracts")) return next(specifier, context);
      return next(specifier, { ...context, parentURL: import.meta.url });
    },
  });
}
